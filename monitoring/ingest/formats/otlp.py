"""OTLP metrics: the data points of an ExportMetricsServiceRequest become a Wire. Pure.

Names keep their words: dots become underscores, neither units nor _total are appended. The resource's
service.name is the service, its service.instance.id the label `instance`, so that the totals of two
instances stay apart; other attributes of the resource are not stored with each sample.
"""

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from monitoring.errors import PayloadTooLargeError
from monitoring.ingest.formats.naming import labels_of, metric_name
from monitoring.ingest.formats.otlp_points import Point, points_of, text_of
from monitoring.ingest.formats.parsed import Parsed, sample_of
from monitoring.ingest.formats.sender import SERVICE_NAME, Sender
from monitoring.ingest.wire import Wire
from monitoring.types import ItemError, MetricType, Sample, Temporality

if TYPE_CHECKING:
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
        ExportMetricsServiceRequest,
    )
    from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, ResourceMetrics

NOTHING = "nothing_recorded"
INSTANCE = "instance"


class Key(NamedTuple):
    """What tells a series apart, and all that describes it."""

    writer: str
    service: str
    instance: str
    metric: str
    type: MetricType
    temporality: Temporality
    attributes: tuple[tuple[str, str], ...]
    extra: tuple[str, str] | None


class _Collected:
    """Columns while they grow."""

    def __init__(self, writer: str) -> None:
        self.writer = writer
        self.keys: list[Key] = []
        self.at_ms: list[int] = []
        self.values: list[float] = []
        self.items: list[int] = []
        self.errors: list[ItemError] = []
        self.skipped: Counter[str] = Counter()
        self.seen = 0

    def add(self, service: str, instance: str, metric: "Metric") -> None:
        """Take in the points of a metric."""
        points = points_of(metric)
        first, self.seen = self.seen, self.seen + points.number
        if points.refusal:
            self.errors += [
                ItemError(first + place, points.refusal, "data") for place in range(points.number)
            ]
            return
        series = Key(
            *(self.writer, service, instance, metric.name),
            *(points.type, points.temporality, (), None),
        )
        for number, point in enumerate(points.points, start=first):
            if isinstance(point, str):
                self.errors.append(ItemError(number, point, "data"))
            else:
                self._add_point(series, number, point)

    def _add_point(self, series: Key, number: int, point: Point) -> None:
        if not point.values:
            self.skipped[NOTHING] += 1
        for ending, extra, value in point.values:
            self.keys.append(
                series._replace(
                    metric=series.metric + ending, attributes=point.attributes, extra=extra
                )
            )
            self.at_ms.append(point.time_ms)
            self.values.append(value)
            self.items.append(number)


def parse(request: "ExportMetricsServiceRequest", sender: Sender, *, most_samples: int) -> Parsed:
    """Return the samples of a request; items and errors carry the numbers of data points, from 0.

    Raises PayloadTooLargeError for more samples than one transaction takes.
    """
    collected = _Collected(f"otlp {sender.service or ''}")
    for resource in request.resource_metrics:
        service, instance = _sender_in(resource)
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                collected.add(service, instance, metric)
                if len(collected.keys) > most_samples:
                    raise PayloadTooLargeError(f"at most {most_samples} samples a request")
    at_ms, values = np.array(collected.at_ms, np.int64), np.array(collected.values, np.float64)

    def describe(position: int) -> Sample:
        return _described(
            collected.keys[position], sender, float(values[position]), int(at_ms[position])
        )

    return Parsed(
        Wire(collected.keys, at_ms, values, describe),
        collected.items,
        tuple(collected.errors),
        collected.skipped,
    )


def counts_increments(parsed: Parsed) -> bool:
    """Tell whether a repeat of the request would count something twice."""
    return any(
        isinstance(key, Key) and key.temporality is Temporality.DELTA for key in parsed.wire.keys
    )


def _described(key: Key, sender: Sender, value: float, at_ms: int) -> Sample:
    labels = labels_of(key.attributes)
    if key.instance:
        labels[INSTANCE] = key.instance
    if key.extra is not None:
        name, text = key.extra
        labels[name] = text
    if key.service:
        labels[SERVICE_NAME] = key.service
    return sample_of(
        sender,
        metric=metric_name(key.metric),
        labels=labels,
        value=value,
        at_ms=at_ms,
        kind=key.type,
        temporality=key.temporality,
    )


def _sender_in(resource: "ResourceMetrics") -> tuple[str, str]:
    """Return service.name and service.instance.id, empty where they are missing."""
    named = {each.key: each.value for each in resource.resource.attributes}
    service, instance = named.get("service.name"), named.get("service.instance.id")
    return (
        "" if service is None else text_of(service),
        "" if instance is None else text_of(instance),
    )
