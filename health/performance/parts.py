"""Requests added up: one part for each endpoint and span of time. Parts of one span add up in any order. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from health.latency.histogram import LatencyHistogram, cell_of
from health.performance.apdex import Contentment, contentment
from health.performance.measured import MeasuredRequest

MINUTE = timedelta(minutes=1)


class Place(NamedTuple):
    """What a part tells of: an endpoint of a service, from `starts_at` (UTC) for the width of the part."""

    service_name: str
    endpoint: str
    method: str
    starts_at: datetime


@dataclass(slots=True)
class Part:
    """Requests added up; times in ms."""

    requests: int = 0
    client_errors: int = 0
    server_errors: int = 0
    satisfied: int = 0
    tolerating: int = 0
    total_ms: float = 0.0
    slowest_ms: float = 0.0
    cells: Counter[int] = field(default_factory=Counter)
    buckets: Counter[tuple[float, float]] = field(default_factory=Counter)

    @property
    def latency(self) -> LatencyHistogram:
        """How long the requests took."""
        return LatencyHistogram(self.cells, self.buckets)

    def count(self, response_time_ms: float, status_code: int, *, threshold_ms: float) -> None:
        """Add one request. Raises ValueError unless the time is finite and at least 0."""
        self.cells[cell_of(response_time_ms)] += 1
        self.requests += 1
        self.client_errors += 400 <= status_code < 500
        self.server_errors += status_code >= 500
        felt = contentment(response_time_ms, status_code, threshold_ms=threshold_ms)
        self.satisfied += felt is Contentment.SATISFIED
        self.tolerating += felt is Contentment.TOLERATING
        self.total_ms += response_time_ms
        self.slowest_ms = max(self.slowest_ms, response_time_ms)

    def add(self, other: "Part") -> None:
        """Add what another part holds."""
        self.requests += other.requests
        self.client_errors += other.client_errors
        self.server_errors += other.server_errors
        self.satisfied += other.satisfied
        self.tolerating += other.tolerating
        self.total_ms += other.total_ms
        self.slowest_ms = max(self.slowest_ms, other.slowest_ms)
        self.cells.update(other.cells)
        self.buckets.update(other.buckets)


Parts = dict[Place, Part]


def parts_of(
    requests: Iterable[MeasuredRequest], *, threshold_ms: float, width: timedelta = MINUTE
) -> Parts:
    """Return the requests added up by endpoint and span of `width`; `threshold_ms` is that of apdex."""
    parts: Parts = {}
    for request in requests:
        starts_at = span_start(request.at, width)
        place = Place(request.service_name, request.endpoint, request.method, starts_at)
        part = parts.get(place)
        if part is None:
            part = parts[place] = Part()
        part.count(request.response_time_ms, request.status_code, threshold_ms=threshold_ms)
    return parts


def merge_into(parts: Parts, others: Mapping[Place, Part]) -> None:
    """Add each of `others` to the part of its place."""
    for place, other in others.items():
        parts.setdefault(place, Part()).add(other)


def span_start(at: datetime, width: timedelta) -> datetime:
    """Return where the span that holds `at` begins: a multiple of `width` (whole seconds) since 1970, UTC."""
    seconds = int(width.total_seconds())
    return _instant(math.floor(at.timestamp()) // seconds * seconds)


@lru_cache(maxsize=1_024)
def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
