"""Rows and samples of the kernel for tests: one factory for each model, required fields only."""

# factory-boy ships types, but its declarations have none.
# mypy: allow-untyped-calls

from datetime import UTC, datetime

import numpy as np
from factory.declarations import LazyAttribute, LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from monitoring.ingest.series_cache import hash_of
from monitoring.models import IngestRequest, Latest, Metric, Segment, Series
from monitoring.storage import codec
from monitoring.storage.instants import to_ms
from monitoring.types import MetricType, Sample, Temporality

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)


class MetricFactory(DjangoModelFactory[Metric]):
    """A gauge."""

    class Meta:
        model = Metric
        django_get_or_create = ("name",)

    name = "system_cpu_usage_percent"
    type = MetricType.GAUGE


class SeriesFactory(DjangoModelFactory[Series]):
    """The CPU of one host of the payment service."""

    class Meta:
        model = Series

    metric = SubFactory(MetricFactory)
    service = "payment-service"
    labels = Sequence(lambda n: {"hostname": f"host-{n}"})
    labels_hash = LazyAttribute(
        lambda row: hash_of((row.metric.name, row.service, tuple(sorted(row.labels.items()))))
    )


class LatestFactory(DjangoModelFactory[Latest]):
    """Half of the CPU in use at noon."""

    class Meta:
        model = Latest

    series = SubFactory(SeriesFactory)
    at = NOON
    value = 50.0


class SegmentFactory(DjangoModelFactory[Segment]):
    """One sample of series 1, received at noon; the partition of its day must exist."""

    class Meta:
        model = Segment

    id = Sequence(lambda n: n + 1)
    received_at = NOON
    t_min = LazyAttribute(lambda row: row.received_at)
    t_max = LazyAttribute(lambda row: row.received_at)
    n = 1
    payload = LazyAttribute(lambda row: one_sample_payload(row.received_at))


class IngestRequestFactory(DjangoModelFactory[IngestRequest]):
    """A push of one sample that was stored."""

    class Meta:
        model = IngestRequest

    client = "payment-service"
    key = Sequence(lambda n: f"key-{n}")
    body_hash = "0" * 64
    report = LazyFunction(lambda: {"stored": 1, "rejected": []})


def gauge(
    value: float = 50.0,
    *,
    metric: str = "system_cpu_usage_percent",
    service: str = "payment-service",
    at: datetime = NOON,
    **labels: str,
) -> Sample:
    """Return a value that goes up and down."""
    return Sample(metric, service, value, at, MetricType.GAUGE, labels)


def counter(
    value: float = 1.0,
    *,
    metric: str = "payment_success_total",
    service: str = "payment-service",
    at: datetime = NOON,
    temporality: Temporality = Temporality.DELTA,
    **labels: str,
) -> Sample:
    """Return an increment, or a total if `temporality` is cumulative."""
    return Sample(metric, service, value, at, MetricType.COUNTER, labels, temporality)


def observation(
    value: float,
    *,
    metric: str = "http_request_duration_ms",
    service: str = "payment-service",
    at: datetime = NOON,
    temporality: Temporality = Temporality.DELTA,
    **labels: str,
) -> Sample:
    """Return one observation of a histogram, or a part of one if the labels or the name say so."""
    return Sample(metric, service, value, at, MetricType.HISTOGRAM, labels, temporality)


def one_sample_payload(at: datetime, *, series_id: int = 1, value: float = 50.0) -> bytes:
    """Return the payload of a segment that holds one sample."""
    return codec.encode(np.array([series_id], np.int32), np.array([to_ms(at)]), np.array([value]))
