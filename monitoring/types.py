"""The words that all apps share: sample, series, metric type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MetricType(StrEnum):
    """What a metric's numbers mean. Source: column `metric_type`, service specification."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    SUMMARY = "summary"


class Temporality(StrEnum):
    """Whether a counter's value is what was added since the last push, or the total so far."""

    DELTA = "delta"
    CUMULATIVE = "cumulative"


class Origin(StrEnum):
    """Which door a sample came through."""

    PUSH = "push"
    COLLECTOR = "collector"
    STREAM = "stream"


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one series at one instant, already validated.

    `temporality` matters for counters and histograms only. A histogram sample without an `le` label is one
    observation; with one (or named _bucket, _sum, _count) it is a ready-made part of a histogram.
    """

    metric: str
    service: str
    value: float
    at: datetime
    type: MetricType = MetricType.GAUGE
    labels: Mapping[str, str] = field(default_factory=dict)
    temporality: Temporality = Temporality.DELTA


@dataclass(frozen=True, slots=True)
class SeriesRef:
    """One series of the catalogue: what tells it apart, and its number in the storage."""

    id: int
    metric: str
    service: str
    type: MetricType
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LatestValue:
    """The newest value of one series."""

    series: SeriesRef
    value: float
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemError:
    """Why one item of a batch was refused, by its index in the batch."""

    index: int
    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of a batch: how many samples are committed, and which were refused.

    `is_spooled`: they are on the local disk, because PostgreSQL is away.
    """

    stored: int
    rejected: tuple[ItemError, ...] = ()
    replayed: bool = False
    is_spooled: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """One event that a chart marks: what happened, from when, until when if it lasted and is over.

    Never user ids or addresses: Grafana reads annotations without a token from trusted networks.
    Source: endpoint "Grafana Annotations" (32), service specification.
    """

    at: datetime
    title: str
    text: str
    tags: tuple[str, ...] = ()
    until: datetime | None = None
