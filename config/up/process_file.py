"""What the supervisor runs, written down for `make status`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from config.supervisor.files import replace_file
from config.supervisor.process import Identity
from config.supervisor.program import Child


@dataclass(frozen=True, slots=True)
class ProcessRecord:
    """One supervised process; `pid` and `started` are 0 while it does not run."""

    name: str
    phase: str
    pid: int
    started: float
    restarts: int

    @property
    def identity(self) -> Identity:
        """Return what tells the process from a later one with its pid."""
        return Identity(self.pid, self.started)

    @classmethod
    def of(cls, child: Child) -> "ProcessRecord":
        """Describe a child of the supervisor as it is now."""
        identity = child.identity or Identity(0, 0.0)
        return cls(
            name=child.program.name,
            phase=str(child.state.phase),
            pid=identity.pid,
            started=identity.started,
            restarts=child.state.restarts,
        )


def write(path: Path, children: Sequence[Child]) -> None:
    """Replace the file in one step."""
    records = [asdict(ProcessRecord.of(child)) for child in children]
    replace_file(path, json.dumps(records, indent=2))


def read(path: Path) -> list[ProcessRecord]:
    """Return what the file says, nothing if it is absent or damaged."""
    try:
        return [ProcessRecord(**record) for record in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, TypeError):
        return []
