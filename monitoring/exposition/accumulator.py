"""What the instruments of one process have gathered since the last flush. No Django, no clock."""

import math
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitoring.exposition.text import number_text
from monitoring.names import spec_of
from monitoring.types import MetricType, Sample, Temporality

# Order does not matter for a label set, and a frozen set is found faster than labels are sorted.
Key = tuple[str, frozenset[tuple[str, str]]]

SERIES_LIMIT = "series_limit"
UNKNOWN_METRIC = "unknown_metric"
INVALID_VALUE = "invalid_value"
DROPS = "instrument_drops_total"


@dataclass(slots=True)
class Distribution:
    """Observations of one histogram: how many fell into each bucket, and their sum."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    sum: float = 0.0

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        """Count one observation; a value equal to a bound belongs below it."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def merge(self, other: "Distribution") -> None:
        """Add what `other` has counted."""
        self.counts = [a + b for a, b in zip(self.counts, other.counts, strict=True)]
        self.sum += other.sum


@dataclass(slots=True)
class Deltas:
    """Everything gathered between two flushes."""

    counters: dict[Key, float] = field(default_factory=dict)
    distributions: dict[Key, Distribution] = field(default_factory=dict)
    gauges: dict[Key, float] = field(default_factory=dict)
    drops: Counter[str] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.counters or self.distributions or self.gauges or self.drops)


class Accumulator:
    """Counters, gauges and histograms of one process, safe for threads.

    It holds at most `limit` label sets over its whole life: labels that turn out to be unbounded
    must not fill the memory or the series catalogue. What is refused is counted by reason.
    """

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._deltas = Deltas()
        self._known: dict[Key, tuple[float, ...]] = {}

    def count(self, metric: str, labels: Mapping[str, str], by: float) -> None:
        """Add to a counter."""
        key = (metric, frozenset(labels.items()))
        with self._lock:
            counters = self._deltas.counters
            if not 0 <= by < math.inf:
                self._deltas.drops[INVALID_VALUE] += 1
            elif key in counters:
                counters[key] += by
            elif self._admit(key, MetricType.COUNTER):
                counters[key] = by

    def observe(self, metric: str, labels: Mapping[str, str], value: float) -> None:
        """Add one observation to a histogram."""
        key = (metric, frozenset(labels.items()))
        with self._lock:
            distributions = self._deltas.distributions
            if not math.isfinite(value):
                self._deltas.drops[INVALID_VALUE] += 1
            elif key in distributions:
                distributions[key].add(value)
            elif self._admit(key, MetricType.HISTOGRAM):
                distributions[key] = Distribution(self._known[key])
                distributions[key].add(value)

    def set(self, metric: str, labels: Mapping[str, str], value: float) -> None:
        """Remember the newest value of a gauge."""
        key = (metric, frozenset(labels.items()))
        with self._lock:
            if not math.isfinite(value):
                self._deltas.drops[INVALID_VALUE] += 1
            elif key in self._deltas.gauges or self._admit(key, MetricType.GAUGE):
                self._deltas.gauges[key] = value

    def drop(self, reason: str, by: int) -> None:
        """Count updates that were given up outside of here."""
        with self._lock:
            self._deltas.drops[reason] += by

    def take(self) -> Deltas:
        """Return everything gathered and begin anew."""
        with self._lock:
            taken, self._deltas = self._deltas, Deltas()
        return taken

    def put_back(self, deltas: Deltas) -> None:
        """Add what could not be flushed to what was gathered since; newer gauges win."""
        with self._lock:
            mine = self._deltas
            for key, value in deltas.counters.items():
                mine.counters[key] = mine.counters.get(key, 0.0) + value
            for key, distribution in deltas.distributions.items():
                if key in mine.distributions:
                    mine.distributions[key].merge(distribution)
                else:
                    mine.distributions[key] = distribution
            mine.gauges = deltas.gauges | mine.gauges
            mine.drops += deltas.drops

    def _admit(self, key: Key, kind: MetricType) -> bool:
        """Say whether a label set may be written; the first time it is looked up and remembered."""
        if key in self._known:
            return True
        spec = spec_of(key[0])
        if spec is None or spec.type != kind or spec.name != key[0]:
            self._deltas.drops[UNKNOWN_METRIC] += 1
        elif len(self._known) >= self._limit:
            self._deltas.drops[SERIES_LIMIT] += 1
        else:
            self._known[key] = spec.buckets
            return True
        return False


def samples_of(deltas: Deltas, *, service: str, at: datetime) -> Iterator[Sample]:
    """Yield the samples that add `deltas` to the totals of `service`.

    A histogram becomes the increments of its buckets, sum and count: a flush costs buckets, not
    observations.
    """
    for (metric, labels), by in deltas.counters.items():
        yield _increment(metric, service, by, at, MetricType.COUNTER, dict(labels))
    for reason, drops in deltas.drops.items():
        yield _increment(DROPS, service, drops, at, MetricType.COUNTER, {"reason": reason})
    for (metric, labels), value in deltas.gauges.items():
        yield Sample(metric, service, value, at, MetricType.GAUGE, dict(labels))
    for (metric, labels), distribution in deltas.distributions.items():
        yield from _histogram(metric, dict(labels), distribution, service, at)


def _histogram(
    metric: str, labels: dict[str, str], distribution: Distribution, service: str, at: datetime
) -> Iterator[Sample]:
    below = 0
    for bound, count in zip((*distribution.bounds, math.inf), distribution.counts, strict=True):
        below += count
        bucket = {**labels, "le": number_text(bound)}
        yield _increment(f"{metric}_bucket", service, below, at, MetricType.HISTOGRAM, bucket)
    for ending, total in (("_sum", distribution.sum), ("_count", float(below))):
        yield _increment(f"{metric}{ending}", service, total, at, MetricType.HISTOGRAM, labels)


def _increment(
    metric: str, service: str, by: float, at: datetime, kind: MetricType, labels: dict[str, str]
) -> Sample:
    return Sample(metric, service, float(by), at, kind, labels, Temporality.DELTA)
