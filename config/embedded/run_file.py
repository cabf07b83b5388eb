"""What runs now, written down for other commands and for the run after a crash."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from config.supervisor.files import replace_file
from config.supervisor.process import Identity


@dataclass(frozen=True, slots=True)
class EngineRecord:
    """One engine that was started: its process and its port."""

    pid: int
    started: float
    port: int

    @property
    def identity(self) -> Identity:
        """Return what tells the process from a later one with its pid."""
        return Identity(self.pid, self.started)


class RunFile:
    """The file run.json of a data directory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, EngineRecord]:
        """Return the engines by name; empty if the file is absent or damaged."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            return {name: EngineRecord(**record) for name, record in content.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def write(self, records: dict[str, EngineRecord]) -> None:
        """Replace the file in one step."""
        content = {name: asdict(record) for name, record in records.items()}
        replace_file(self.path, json.dumps(content, indent=2))

    def remove(self) -> None:
        """Say that nothing runs."""
        self.path.unlink(missing_ok=True)
