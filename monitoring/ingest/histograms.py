"""Histograms: an observation becomes increments of buckets, sum and count. Pure."""

import math
import re
from collections.abc import Iterator
from functools import lru_cache

from monitoring.names import spec_of
from monitoring.types import MetricType, Sample, Temporality

BUCKET, SUM, COUNT = "_bucket", "_sum", "_count"
LE = "le"
INFINITY = "+Inf"
# For names outside the catalogue: the usual request durations in milliseconds.
DEFAULT_BUCKETS: tuple[float, ...] = (
    *(1, 5, 10, 25, 50, 100, 250, 500),
    *(1_000, 2_500, 5_000, 10_000),
)

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def is_part(sample: Sample) -> bool:
    """Tell whether a histogram sample is a ready-made bucket, sum or count, not an observation."""
    return LE in sample.labels or sample.metric.endswith((BUCKET, SUM, COUNT))


def expand(sample: Sample) -> Iterator[Sample]:
    """Yield what is stored for one histogram sample.

    An observation yields one increment for every bucket of the metric (zero below the value, so that
    each bucket exists from the start), one for `_sum` and `_count`, and the observation itself under the
    bare name, where the service specification's examples list it. A ready-made part passes unchanged;
    one with an `le` label under the bare name is a bucket.
    """
    if not is_part(sample):
        yield sample
        yield from _increments(sample)
    elif LE in sample.labels and not sample.metric.endswith(BUCKET):
        yield _part(sample, BUCKET, sample.value, sample.temporality, sample.labels[LE])
    else:
        yield sample


def le_text(text: str) -> str | None:
    """Return the one spelling of an upper bound ("10.0" and "1e1" are "10"); None if it is no number.

    Infinity is "+Inf" alone, as the exposition format of Prometheus writes it.
    """
    if text == INFINITY:
        return INFINITY
    if not _NUMBER.fullmatch(text):
        return None
    bound = float(text)
    return None if math.isinf(bound) else bound_text(bound)


def bound_text(bound: float) -> str:
    """Return the shortest text that reads back as the same finite number; no ".0" after a whole one."""
    return repr(int(bound)) if bound.is_integer() and abs(bound) < 1e16 else repr(bound)


@lru_cache(maxsize=1_024)
def buckets_of(metric: str) -> tuple[tuple[float, str], ...]:
    """Return the upper bounds of a histogram with their text, ascending, +Inf last."""
    spec = spec_of(metric)
    bounds = (spec.buckets if spec is not None else ()) or DEFAULT_BUCKETS
    finite = tuple((float(bound), bound_text(float(bound))) for bound in bounds)
    return (*finite, (math.inf, INFINITY))


def _increments(observed: Sample) -> Iterator[Sample]:
    delta = Temporality.DELTA
    for bound, text in buckets_of(observed.metric):
        yield _part(observed, BUCKET, float(observed.value <= bound), delta, text)
    yield _part(observed, SUM, observed.value, delta)
    yield _part(observed, COUNT, 1.0, delta)


def _part(
    whole: Sample, ending: str, value: float, temporality: Temporality, le: str | None = None
) -> Sample:
    labels = whole.labels if le is None else {**whole.labels, LE: le}
    name = whole.metric + ending
    return Sample(name, whole.service, value, whole.at, MetricType.HISTOGRAM, labels, temporality)
