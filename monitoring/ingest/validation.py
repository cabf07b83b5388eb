"""Pushed samples from JSON: each item becomes a sample or an error that names it. Pure.

Unknown fields are ignored, so that a newer client may send more. A field that is null counts as absent.
Source: POST /api/v1/monitoring/metrics, service specification.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from monitoring.ingest import fields, histograms
from monitoring.ingest.fields import RefusedError
from monitoring.names import spec_of
from monitoring.storage.window import Window
from monitoring.types import ItemError, MetricType, Sample, Temporality


def parse_items(
    items: Sequence[object], *, default_service: str | None, at: datetime
) -> tuple[list[Sample], list[int], list[ItemError]]:
    """Return the good samples, their indexes among `items`, and one error for each other item.

    `default_service` names the sender of items that do not. `at` is the instant of receipt: the default
    timestamp, and what the limits of 24 hours back and 5 minutes ahead are counted from. Never raises
    for anything that JSON can hold.
    """
    window = Window.around(at)
    samples: list[Sample] = []
    indexes: list[int] = []
    errors: list[ItemError] = []
    for index, item in enumerate(items):
        try:
            sample = parse_item(item, default_service=default_service, window=window)
        except RefusedError as refusal:
            errors.append(ItemError(index, str(refusal), refusal.field))
        else:
            samples.append(sample)
            indexes.append(index)
    return samples, indexes, errors


def parse_item(item: object, *, default_service: str | None, window: Window) -> Sample:
    """Return the sample that one item means. Raises RefusedError."""
    if not isinstance(item, dict):
        raise RefusedError("", "a sample must be an object")
    name = fields.metric_name(item.get("metric_name"))
    sample = Sample(
        metric=name,
        service=fields.service_name(item.get("service_name"), default_service),
        value=fields.number(item.get("value")),
        at=fields.timestamp(item.get("timestamp"), window),
        type=fields.choice("type", item.get("type"), fields.TYPES, _usual_type(name)),
        labels=fields.labels(item.get("labels")),
        temporality=fields.choice(
            "temporality", item.get("temporality"), fields.TEMPORALITIES, Temporality.DELTA
        ),
    )
    match sample.type:
        case MetricType.COUNTER:
            _check_not_negative(sample)
        case MetricType.HISTOGRAM:
            return _check_histogram(sample)
        case _:
            pass  # a gauge or summary may hold any number
    return sample


@lru_cache(maxsize=4_096)
def _usual_type(name: str) -> MetricType:
    spec = spec_of(name)
    return MetricType.GAUGE if spec is None else spec.type


def _check_not_negative(sample: Sample) -> None:
    if sample.value < 0:
        raise RefusedError("value", fields.NEGATIVE)


def _check_histogram(sample: Sample) -> Sample:
    """Return the sample with its bucket bound in the one spelling."""
    if not histograms.is_part(sample):
        if sample.temporality is Temporality.CUMULATIVE:
            raise RefusedError(
                "temporality",
                "temporality cumulative is for buckets, _sum and _count; an observation is one value",
            )
        return sample
    is_sum = sample.metric.endswith(histograms.SUM)
    if not is_sum:
        _check_not_negative(sample)
    if is_sum or sample.metric.endswith(histograms.COUNT):
        if histograms.LE in sample.labels:
            raise RefusedError("labels", "the label le belongs to buckets, not to _sum or _count")
        return sample
    return _with_bound(sample)


def _with_bound(bucket: Sample) -> Sample:
    bound = histograms.le_text(bucket.labels.get(histograms.LE, ""))
    if bound is None:
        raise RefusedError("labels", "a bucket needs the label le: a number or +Inf")
    return Sample(
        bucket.metric,
        bucket.service,
        bucket.value,
        bucket.at,
        bucket.type,
        {**bucket.labels, histograms.LE: bound},
        bucket.temporality,
    )
