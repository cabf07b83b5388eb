"""Keeps a list of programs running and stops them in order."""

import ctypes
import sys
import time
from collections.abc import Callable, Sequence
from itertools import groupby

from config.supervisor.program import Child, Program
from config.supervisor.restarting import Phase, RestartPolicy

_PR_SET_CHILD_SUBREAPER = 36
_READY_POLL_SECONDS = 0.5

Report = Callable[[str], None]


class Supervisor:
    """Starts programs together, restarts those that end, stops them by tiers.

    Everything happens in `tick`, called by the owner from the main thread; no
    threads of its own. `report` receives one line for each thing worth knowing.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        policy: RestartPolicy | None = None,
        report: Report = lambda _line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.children = [Child(program) for program in programs]
        self._policy = policy or RestartPolicy()
        self._report = report
        self._clock = clock
        self._next_ready_check = 0.0

    def start(self) -> None:
        """Start all programs. Orphans of our children become ours, so that we can reap them."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
        self.tick()

    def tick(self) -> bool:
        """Notice ends, start what is due, ask ready checks; True if anything changed."""
        at = self._clock()
        ended = [self._note_end(child, at) for child in self.children]
        begun = [self._start_if_due(child, at) for child in self.children]
        ready = []
        if at >= self._next_ready_check:
            self._next_ready_check = at + _READY_POLL_SECONDS
            ready = [self._note_ready(child, at) for child in self.children]
            for child in self.children:
                self._kill_if_silent(child, at)
        return any((*ended, *begun, *ready))

    @property
    def unready(self) -> list[str]:
        """Return the names of the programs that are not ready."""
        return [c.program.name for c in self.children if c.state.phase is not Phase.READY]

    def stop(self) -> bool:
        """Stop all, highest tier first; False if one had to be killed."""
        ordered = sorted(self.children, key=lambda child: -child.program.tier)
        outcomes = [
            self._stop_together(list(tier))
            for _rank, tier in groupby(ordered, key=lambda child: child.program.tier)
        ]
        return all(outcomes)

    def _stop_together(self, children: list[Child]) -> bool:
        began = self._clock()
        for child in children:
            child.ask_to_stop()
        clean = True
        for child in children:
            left = child.program.stop_seconds - (self._clock() - began)
            if not child.finish(left):
                self._report(f"{child.program.name} did not stop in time and was killed")
                clean = False
            child.state = child.state.on_stop()
        return clean

    def _note_end(self, child: Child, at: float) -> bool:
        if not child.has_ended():
            return False
        child.state = child.state.on_exit(at, self._policy)
        wait = child.state.due - at
        self._report(
            f"{child.program.name} ended with code {child.exit_code}, "
            f"starts again in {wait:.0f} s; its log: {child.program.log}"
        )
        return True

    def _start_if_due(self, child: Child, at: float) -> bool:
        if not child.state.is_due(at):
            return False
        child.state = child.state.on_start(at)
        try:
            child.spawn()
        except OSError as error:
            self._report(f"{child.program.name} cannot be started: {error}")
            child.state = child.state.on_exit(at, self._policy)
        return True

    def _kill_if_silent(self, child: Child, at: float) -> None:
        """Kill a program that does no work any more; that it ended is noticed as any other end."""
        pulse = child.pulse
        if pulse is None or child.state.phase is not Phase.READY or not pulse.is_silent(at):
            return
        seconds = pulse.silence_seconds
        self._report(f"{child.program.name} has done nothing for {seconds:.0f} s and is killed")
        child.kill()

    def _note_ready(self, child: Child, at: float) -> bool:
        check = child.program.ready
        if child.state.phase is not Phase.RUNNING or not (check is None or check()):
            return False
        child.state = child.state.on_ready()
        if child.pulse is not None:
            child.pulse.start(at)
        if child.state.restarts:
            self._report(f"{child.program.name} is back")
        return True
