"""From latest values to whole families: samples of one name together, histograms complete.

Pure: no Django, no clock, no database.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from monitoring.exposition.text import label_text, number_text
from monitoring.types import MetricType

# (name, inside of the braces, value): the line that it will be.
ExportedSample = tuple[str, str, float]

_PART_OF = {
    MetricType.HISTOGRAM: ("_bucket", "_sum", "_count"),
    MetricType.SUMMARY: ("_sum", "_count"),
}


class Current(NamedTuple):
    """The newest value of one series, as light as 100,000 of them have to be.

    Values are handed on and never looked at, so the place of a value in an array does as well.
    """

    metric: str
    service: str
    type: MetricType
    labels: Mapping[str, str]
    value: float


@dataclass(slots=True)
class Family:
    """Every sample of one metric."""

    name: str
    type: MetricType
    samples: list[ExportedSample] = field(default_factory=list)


@dataclass(slots=True)
class _Histogram:
    """The parts of one histogram: one label set without `le`."""

    buckets: dict[float, float] = field(default_factory=dict)
    sum: float | None = None
    count: float | None = None


@dataclass(slots=True)
class Exposition:
    """What is exported, and how many series are not, by reason."""

    families: list[Family]
    left_out: dict[str, int]


def whole_name(metric: str, kind: MetricType) -> str:
    """Return the metric that a stored name is a part of; the name itself if it is none."""
    for ending in _PART_OF.get(kind, ()):
        if metric.endswith(ending):
            return metric.removesuffix(ending)
    return metric


def families_of(values: Iterable[Current]) -> Exposition:
    """Group newest values into families, sorted by name; within one they keep their order.

    Of a histogram only its parts are samples: a value under its bare name is one observation,
    already counted in the buckets. Where the parts of a distribution and another metric claim one
    name, the first keeps it: Prometheus takes one type for a name.
    """
    families: dict[str, Family] = {}
    histograms: dict[str, dict[str, _Histogram]] = defaultdict(lambda: defaultdict(_Histogram))
    left_out: dict[str, int] = defaultdict(int)
    for value in values:
        name = whole_name(value.metric, value.type)
        family = families.get(name) or families.setdefault(name, Family(name, value.type))
        if family.type != value.type:
            left_out["another type has the name"] += 1
        elif value.type == MetricType.HISTOGRAM:
            _collect_part(histograms[name], value, value.metric.removeprefix(name))
        elif value.type != MetricType.SUMMARY or not _is_observation(value, name):
            labels = label_text(value.service, value.labels)
            family.samples.append((value.metric, labels, value.value))
    for name, parts in histograms.items():
        left_out["histogram without +Inf and count"] += _complete(families[name], parts)
    kept = sorted((family for family in families.values() if family.samples), key=_by_name)
    return Exposition(kept, {reason: n for reason, n in left_out.items() if n})


def _by_name(family: Family) -> str:
    return family.name


def _is_observation(value: Current, whole: str) -> bool:
    return value.metric == whole and "quantile" not in value.labels


def _collect_part(histograms: Mapping[str, _Histogram], value: Current, part: str) -> None:
    if not part:
        return
    histogram = histograms[label_text(value.service, value.labels, without="le")]
    if part == "_sum":
        histogram.sum = value.value
    elif part == "_count":
        histogram.count = value.value
    else:
        bound = _bound(value.labels.get("le", ""))
        if bound is not None:
            histogram.buckets[bound] = value.value


def _bound(text: str) -> float | None:
    try:
        bound = float(text)
    except ValueError:
        return None
    return None if math.isnan(bound) else bound


def _complete(family: Family, histograms: Mapping[str, _Histogram]) -> int:
    """Add the samples of each histogram, buckets ascending to +Inf; return how many lack an end.

    The format asks for a count that equals the last bucket, so where a client pushed two the bucket
    answers for both.
    """
    incomplete = 0
    for labels, histogram in histograms.items():
        total = histogram.buckets.get(math.inf, histogram.count)
        if total is None:
            incomplete += 1
            continue
        histogram.buckets[math.inf] = total
        for bound, count in sorted(histogram.buckets.items()):
            pair = f'le="{number_text(bound)}"'
            family.samples.append((f"{family.name}_bucket", f"{labels},{pair}", count))
        if histogram.sum is not None:
            family.samples.append((f"{family.name}_sum", labels, histogram.sum))
        family.samples.append((f"{family.name}_count", labels, total))
    return incomplete
