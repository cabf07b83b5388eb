"""From ready to Ctrl-C: keeps processes and engines alive and says what happened."""

import time
from collections.abc import Callable

from config.embedded import EmbeddedError, EmbeddedStack
from config.supervisor.restarting import RestartPolicy
from config.supervisor.stop_request import StopRequest
from config.supervisor.supervisor import Supervisor
from config.up import process_file
from config.up.installation import Installation
from config.up.log_size import trim_logs

_TICK_SECONDS = 0.5
_TRIM_SECONDS = 60.0

Report = Callable[[str], None]


class EngineKeeper:
    """Starts engines again that died, with growing waits while that fails."""

    def __init__(
        self,
        stack: EmbeddedStack,
        report: Report,
        *,
        policy: RestartPolicy | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stack = stack
        self._report = report
        self._policy = policy or RestartPolicy()
        self._clock = clock
        self._failures = 0
        self._due = 0.0

    def tick(self) -> None:
        """Revive what is dead, if it is time."""
        if self._clock() < self._due:
            return
        try:
            for name in self._stack.revive():
                self._report(f"{name} had died and was started again")
            self._failures = 0
        except EmbeddedError as error:
            self._failures += 1
            wait = self._policy.delay(self._failures)
            self._due = self._clock() + wait
            self._report(f"{error}\nnext attempt in {wait:.0f} s")


def watch(
    supervisor: Supervisor,
    keeper: EngineKeeper,
    place: Installation,
    request: StopRequest,
) -> None:
    """Tick until somebody asks to stop."""
    next_trim = time.monotonic() + _TRIM_SECONDS
    process_file.write(place.processes, supervisor.children)
    while not request.wait(_TICK_SECONDS):
        keeper.tick()
        if supervisor.tick():
            process_file.write(place.processes, supervisor.children)
        if time.monotonic() >= next_trim:
            trim_logs(place.logs)
            next_trim = time.monotonic() + _TRIM_SECONDS
