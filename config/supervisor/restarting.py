"""When a process that ended is started again: exponential waits, forgiven after good health."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Phase(StrEnum):
    """Where a supervised process stands."""

    WAITING = "waiting"  # to be started at `due`
    RUNNING = "running"  # started, its ready check has not yet passed
    READY = "ready"
    STOPPED = "stopped"  # by us


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """The waits, in seconds: `first`, doubled with each failure up to `longest`.

    A process that ran `forgiven_after` seconds starts counting anew.
    """

    first: float = 1.0
    longest: float = 30.0
    forgiven_after: float = 60.0

    def delay(self, failures: int) -> float:
        """Return the wait before the next start, in seconds.

        Raises ValueError without a failure: there is nothing to wait for.
        """
        if failures < 1:
            raise ValueError("a delay follows at least one failure")
        if failures > 64:  # 2.0 ** 1024 would overflow long after `longest` is reached
            return self.longest
        return min(self.first * 2.0 ** (failures - 1), self.longest)


@dataclass(frozen=True, slots=True)
class ProcessState:
    """One process through its starts and ends; instants are seconds of a monotonic clock."""

    phase: Phase = Phase.WAITING
    due: float = 0.0
    started: float = 0.0
    failures: int = 0  # in a row
    restarts: int = 0  # since the supervisor started

    def is_due(self, at: float) -> bool:
        """Tell whether to start it now."""
        return self.phase is Phase.WAITING and at >= self.due

    def on_start(self, at: float) -> "ProcessState":
        """Return the state after a start."""
        return replace(self, phase=Phase.RUNNING, started=at)

    def on_ready(self) -> "ProcessState":
        """Return the state after the ready check passed."""
        return replace(self, phase=Phase.READY)

    def on_exit(self, at: float, policy: RestartPolicy) -> "ProcessState":
        """Return the state after an end that nobody asked for, whatever its exit code."""
        ran = at - self.started
        failures = 1 if ran >= policy.forgiven_after else self.failures + 1
        return replace(
            self,
            phase=Phase.WAITING,
            due=at + policy.delay(failures),
            failures=failures,
            restarts=self.restarts + 1,
        )

    def on_stop(self) -> "ProcessState":
        """Return the state after we stopped it."""
        return replace(self, phase=Phase.STOPPED)
