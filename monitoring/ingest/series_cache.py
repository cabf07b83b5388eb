"""Series that this process has met: most batches find all of theirs here, without a query.

What is remembered may be wrong: series are removed, a database is restored, a test throws its rows away.
Whoever uses it asks the database first (see `monitoring.ingest.guard`), and drops a whole generation
where that finds one number wrong.
"""

import hashlib
import json
import threading
from collections.abc import Hashable, Mapping
from typing import NamedTuple

from monitoring.ingest.bounded import BoundedMap
from monitoring.types import MetricType, Sample

# Metric, service, labels sorted by name.
Key = tuple[str, str, tuple[tuple[str, str], ...]]

# A series with five labels takes about 0.8 kB here, a key of a door about 0.4 kB.
SERIES_CAPACITY = 50_000
WIRE_CAPACITY = 250_000
WIRE_BYTES = 96 * 2**20


class Known(NamedTuple):
    """A series of the catalogue, as the door needs it; `accumulates` says that its total is kept in `latest`."""

    id: int
    labels_hash: str
    type: MetricType
    accumulates: bool = False


def key_of(sample: Sample) -> Key:
    """Return what tells the sample's series apart."""
    return sample.metric, sample.service, tuple(sorted(sample.labels.items()))


def hash_of(key: Key) -> str:
    """Return the 128-bit hash of a series, the same in every process and version, as 32 hex digits."""
    text = json.dumps(key, separators=(",", ":"))
    return hashlib.blake2b(text.encode("ascii"), digest_size=16).hexdigest()


class Address(NamedTuple):
    """Where the values of one key of a door go: the number of the series, and how they are counted.

    `code` is both in one integer, so that a batch is told apart by arithmetic on an array. A tuple of plain
    values, because the garbage collector does not walk through hundreds of thousands of those.
    """

    code: int
    labels_hash: str


class Generation:
    """What was learnt about the catalogue since the last doubt about it, under one epoch of the catalogue.

    A batch keeps to the generation that it began with: what it learns is lost with it if somebody found a
    number wrong meanwhile.
    """

    def __init__(self) -> None:
        self.epoch: int | None = None  # not yet asked for
        self.series: BoundedMap[Key, Known] = BoundedMap(SERIES_CAPACITY)
        self.wires: BoundedMap[Hashable, Address] = BoundedMap(WIRE_CAPACITY, WIRE_BYTES)


class SeriesCache:
    """The generation that counts."""

    def __init__(self) -> None:
        self._current = Generation()
        self._lock = threading.Lock()

    @property
    def current(self) -> Generation:
        """Return the generation to use for one batch."""
        return self._current

    def __len__(self) -> int:
        return len(self._current.series)

    def get(self, key: Key) -> Known | None:
        """Return the series if this process has met it."""
        return self._current.series.get(key)

    def remember(self, found: Mapping[Key, Known]) -> None:
        """Add series that are committed; one that may still be rolled back has no place here."""
        self._current.series.remember(found)

    def clear(self) -> None:
        """Forget everything: some number may have turned out to be wrong."""
        self._current = Generation()

    def drop(self, wrong: Generation) -> None:
        """Forget a generation, unless another thread did so before."""
        with self._lock:
            if self._current is wrong:
                self._current = Generation()


CACHE = SeriesCache()
