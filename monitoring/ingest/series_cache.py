"""Series numbers that this process has met: most batches find all of theirs here, without a query.

The cache may be wrong: a database is restored, or a test throws its rows away. Whoever uses a number
therefore names its hash too, and the database confirms the pair (see `newest.lock`).
"""

import hashlib
import json
import threading
from collections.abc import Mapping
from itertools import islice
from typing import NamedTuple

from monitoring.types import MetricType, Sample

# Metric, service, labels sorted by name.
Key = tuple[str, str, tuple[tuple[str, str], ...]]

CAPACITY = 50_000  # about 40 MB with five labels a series


class Known(NamedTuple):
    """A series of the catalogue, as the door needs it."""

    id: int
    labels_hash: str
    type: MetricType


def key_of(sample: Sample) -> Key:
    """Return what tells the sample's series apart."""
    return sample.metric, sample.service, tuple(sorted(sample.labels.items()))


def hash_of(key: Key) -> str:
    """Return the 128-bit hash of a series, the same in every process and version, as 32 hex digits."""
    text = json.dumps(key, separators=(",", ":"))
    return hashlib.blake2b(text.encode("ascii"), digest_size=16).hexdigest()


class SeriesCache:
    """A bounded map from series to numbers; when it is full, the entries that came first go first."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._known: dict[Key, Known] = {}
        self._capacity = capacity
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: Key) -> Known | None:
        """Return the series if this process has met it."""
        return self._known.get(key)

    def remember(self, found: Mapping[Key, Known]) -> None:
        """Add series that are committed; one that may still be rolled back has no place here."""
        with self._lock:
            self._known.update(found)
            excess = len(self._known) - self._capacity
            if excess > 0:
                for key in list(islice(self._known, excess + self._capacity // 10)):
                    del self._known[key]

    def clear(self) -> None:
        """Forget everything: some number turned out to be wrong."""
        with self._lock:
            self._known = {}


CACHE = SeriesCache()
