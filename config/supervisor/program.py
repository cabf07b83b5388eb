"""What to run: a program and its running process."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.supervisor.process import Identity, kill_tree, spawn
from config.supervisor.pulse import Pulse
from config.supervisor.restarting import ProcessState


@dataclass(frozen=True, slots=True)
class Program:
    """One long-running command.

    `tier` orders the stopping: the highest goes first, equal ones together.
    `ready` is asked until it says yes once for each start; None means "once started". A program with a
    `pulse` file that has not touched it for `silence_seconds` while it was ready is killed, and starts again.
    """

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    log: Path
    cwd: Path
    tier: int = 0
    ready: Callable[[], bool] | None = None
    stop_seconds: float = 20.0
    # Sent by the kernel if we are killed; one that is handled lets a process end its own children.
    death_signal: signal.Signals = signal.SIGKILL
    nice: int = 0
    pulse: Path | None = None
    silence_seconds: float = 90.0


class Child:
    """A program with its state and, while it runs, its process."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.state = ProcessState()
        self.exit_code: int | None = None
        self.pulse = Pulse(program.pulse, program.silence_seconds) if program.pulse else None
        self._process: subprocess.Popen[bytes] | None = None
        self._ended_groups: set[int] = set()

    @property
    def pid(self) -> int | None:
        """Return the pid, None while it does not run."""
        return None if self._process is None else self._process.pid

    @property
    def identity(self) -> Identity | None:
        """Return what a later run needs to recognise the process."""
        return None if self.pid is None else Identity.of(self.pid)

    def spawn(self) -> None:
        """Start the process. Raises OSError."""
        program = self.program
        self._process = spawn(
            program.argv,
            log=program.log,
            environ=program.environ,
            cwd=program.cwd,
            death_signal=program.death_signal,
            nice=program.nice,
        )

    def has_ended(self) -> bool:
        """Tell whether the process has ended; what it left in its group is killed and reaped."""
        self._ended_groups = {group for group in self._ended_groups if _has_members(group)}
        if self._process is None:
            return False
        self.exit_code = self._process.poll()
        if self.exit_code is None:
            return False
        _kill_group(self._process.pid)
        self._ended_groups.add(self._process.pid)
        self._process = None
        return True

    def kill(self) -> None:
        """Kill it with all that it started: what does nothing any more does not stop when asked either."""
        if self._process is not None:
            kill_tree(self._process)

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def finish(self, seconds: float) -> bool:
        """Wait at most `seconds`, then SIGKILL; False if that was needed."""
        process, self._process = self._process, None
        if process is None:
            return True
        try:
            process.wait(timeout=max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            kill_tree(process)
            return False
        finally:
            _kill_group(process.pid)
        return True


def _kill_group(group: int) -> None:
    """Kill what a dead leader left: pool workers would go on with old code."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _has_members(group: int) -> bool:
    """Reap the members of a group that have ended; tell whether there are others.

    They are our children once their own parent is gone, because the supervisor
    adopts orphans.
    """
    with suppress(ChildProcessError):
        while os.waitid(os.P_PGID, group, os.WEXITED | os.WNOHANG) is not None:
            continue
        return True
    return False
