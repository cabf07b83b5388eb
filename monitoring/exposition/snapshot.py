"""Expositions kept for a few seconds, one build at a time.

Kept in the process and not in the cache server: the text of 100,000 series is larger than all that
the cache holds otherwise, and scrapers come one by one, so that sharing it would save nothing.
"""

import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

_FASTEST = 1  # 0.7 MB instead of 4.7 MB in 0.03 s; a higher level saves little and costs much


@dataclass
class Snapshot:
    """One exposition and the instant it shows."""

    body: bytes
    at: datetime

    @cached_property
    def compressed(self) -> bytes:
        """Return the body for clients that take gzip."""
        return gzip.compress(self.body, _FASTEST, mtime=0)


class SnapshotCache:
    """Hands out a snapshot until it is older than `keep`; thread-safe.

    Of several scrapers that come at once the first builds and the others wait for it: together they
    would take longer, and the database would do the work several times.
    """

    def __init__(self, build: Callable[[datetime], bytes]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    def get(self, *, at: datetime, keep: timedelta) -> Snapshot:
        """Return a snapshot of `at` or of up to `keep` earlier. Raises what building raises."""
        with self._lock:
            held = self._snapshot
            if held is None or not timedelta(0) <= at - held.at < keep:
                held = self._snapshot = Snapshot(self._build(at), at)
            return held

    def clear(self) -> None:
        """Forget the snapshot."""
        with self._lock:
            self._snapshot = None
