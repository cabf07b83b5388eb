"""Notices a process that lives and does nothing: its pulse file stands still."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Pulse:
    """The file that a program touches while it works, and since when it has stood still.

    Instants are those of the supervisor's monotonic clock: when the file was seen to change, not what its
    timestamp says, because a wall clock that jumps must not kill everything at once.
    """

    path: Path
    silence_seconds: float
    _seen: int = -1
    _changed: float = 0.0

    def start(self, at: float) -> None:
        """Begin to watch a fresh process: it has all its time to give the first sign."""
        self._changed = at

    def is_silent(self, at: float) -> bool:
        """Look at the file, and tell whether it has not changed for too long."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen, self._changed = stamp, at
        return at - self._changed > self.silence_seconds

    def _stamp(self) -> int:
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return -1
