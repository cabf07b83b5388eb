"""How far a sample's instant may lie from its receipt; readers rely on it to know where to look."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.storage.instants import to_ms

MAX_AGE = timedelta(hours=24)
MAX_AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Window:
    """The instants that samples received at `at` may carry, in ms since the epoch, both ends included."""

    at: datetime
    earliest_ms: int
    latest_ms: int

    @classmethod
    def around(cls, at: datetime) -> "Window":
        """Return the window of a receipt: 24 hours back, 5 minutes ahead."""
        return cls(at, to_ms(at - MAX_AGE), to_ms(at + MAX_AHEAD))

    def holds(self, at_ms: int) -> bool:
        """Tell whether a sample of that instant is taken."""
        return self.earliest_ms <= at_ms <= self.latest_ms
