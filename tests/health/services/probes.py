"""Stands for the network: answers probes as a test wants it, and remembers who was asked."""

from collections.abc import Callable, Sequence
from threading import Lock

import pytest

from health.probes.result import ProbeResult
from health.probes.target import ProbeTarget
from health.services import probing

WELL = ProbeResult(12.0, 200, {"status": "healthy"})
REFUSED = ProbeResult(3.0, error="connection failed: Connection refused")


class FakeNetwork:
    """Services answer well unless they are named in `down`; `meanwhile` runs while a round is under way."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.results: dict[str, ProbeResult] = {}
        self.asked: list[str] = []
        self.targets: dict[str, ProbeTarget] = {}
        self.meanwhile: Callable[[], object] | None = None
        self._lock = Lock()

    async def run_all(
        self, targets: Sequence[ProbeTarget], *, concurrency: int
    ) -> dict[str, ProbeResult]:
        """Answer as `health.probes.run.run_all` does."""
        assert concurrency > 0
        with self._lock:
            self.asked += [target.name for target in targets]
            self.targets |= {target.name: target for target in targets}
            meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return {target.name: self._result(target.name) for target in targets}

    def _result(self, name: str) -> ProbeResult:
        return self.results.get(name, REFUSED if name in self.down else WELL)


def install(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """Put a fake network in place of the real one."""
    network = FakeNetwork()
    monkeypatch.setattr(probing, "run_all", network.run_all)
    return network
