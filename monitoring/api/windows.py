"""Fixed windows counted in this process: what limits requests while the cache is away."""

from dataclasses import dataclass
from math import ceil
from threading import Lock


@dataclass(frozen=True, slots=True)
class Usage:
    """What one caller has used of the limit in the window that is running."""

    count: int
    limit: int
    reset_seconds: int

    @property
    def remaining(self) -> int:
        """Return the requests that are left."""
        return max(0, self.limit - self.count)

    @property
    def is_over(self) -> bool:
        """Say whether this request is one too many."""
        return self.count > self.limit


class LocalWindows:
    """Counts by key, for one window at a time; of too many keys the oldest is forgotten, so memory is bounded."""

    def __init__(self, *, seconds: int = 60, most_keys: int = 10_000) -> None:
        self._seconds = seconds
        self._most_keys = most_keys
        self._window = 0
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def hit(self, key: str, *, limit: int, now: float) -> Usage:
        """Count one request at `now` (seconds since 1970) and return the usage with it."""
        window = int(now // self._seconds)
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            if key not in self._counts and len(self._counts) >= self._most_keys:
                self._counts.pop(next(iter(self._counts)))
            self._counts[key] = self._counts.get(key, 0) + 1
            count = self._counts[key]
        left = (window + 1) * self._seconds - now
        return Usage(count=count, limit=limit, reset_seconds=max(1, ceil(left)))
