"""Data points of OTLP metrics as plain values: one point becomes one value, or several of a histogram. Pure.

Source: "Metrics data model", OpenTelemetry specification.
"""

import base64
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from monitoring.ingest.histograms import BUCKET, COUNT, INFINITY, LE, SUM, bound_text
from monitoring.types import MetricType, Temporality

if TYPE_CHECKING:
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
    from opentelemetry.proto.metrics.v1.metrics_pb2 import (
        HistogramDataPoint,
        Metric,
        NumberDataPoint,
        SummaryDataPoint,
    )

QUANTILE = "quantile"
_TEMPORALITIES = {1: Temporality.DELTA, 2: Temporality.CUMULATIVE}
_NO_RECORDED_VALUE = 1
_EXPONENTIAL = "exponential histograms are not stored; send explicit buckets"

Pairs = tuple[tuple[str, str], ...]


class Value(NamedTuple):
    """One value of a data point: the ending of its metric's name, and a label that the ending asks for."""

    ending: str
    extra: tuple[str, str] | None
    value: float


class Point(NamedTuple):
    """One data point. `values` is empty for one that says "nothing was recorded"."""

    attributes: Pairs
    time_ms: int
    values: Sequence[Value]


class Points(NamedTuple):
    """The data points of a metric with what they share; or why they are refused, all of them."""

    type: MetricType
    temporality: Temporality
    points: Iterable[Point | str]
    number: int
    refusal: str = ""


def points_of(metric: "Metric") -> Points:
    """Return the points of a metric; a text stands for a point that is refused, and says why."""
    match metric.WhichOneof("data"):
        case "gauge":
            points = _points(MetricType.GAUGE, metric.gauge.data_points, _number)
        case "sum":
            points = _sum_points(metric)
        case "histogram":
            points = _points(MetricType.HISTOGRAM, metric.histogram.data_points, _histogram)
            points = _with_temporality(points, metric.histogram.aggregation_temporality)
        case "summary":
            points = _points(MetricType.SUMMARY, metric.summary.data_points, _summary)
        case "exponential_histogram":
            number = len(metric.exponential_histogram.data_points)
            points = Points(MetricType.HISTOGRAM, Temporality.CUMULATIVE, (), number, _EXPONENTIAL)
        case _:
            points = Points(MetricType.GAUGE, Temporality.CUMULATIVE, (), 0)
    return points


def text_of(value: "AnyValue") -> str:
    """Return an attribute's value as text; lists and maps as JSON."""
    if value.string_value:  # nearly all are
        return value.string_value
    plain = _plain(value)
    return plain if isinstance(plain, str) else orjson.dumps(plain).decode()


def pairs_of(attributes: Iterable["KeyValue"]) -> Pairs:
    """Return attributes as names and texts, sorted, so that their order makes no new series."""
    return tuple(sorted((each.key, text_of(each.value)) for each in attributes))


def _points(kind: MetricType, points: Sequence[Any], read: Callable[[Any], Point | str]) -> Points:
    return Points(kind, Temporality.CUMULATIVE, map(read, points), len(points))


def _sum_points(metric: "Metric") -> Points:
    kind = MetricType.COUNTER if metric.sum.is_monotonic else MetricType.GAUGE
    points = _points(kind, metric.sum.data_points, _number)
    points = _with_temporality(points, metric.sum.aggregation_temporality)
    if points.temporality is Temporality.DELTA and kind is MetricType.GAUGE:
        return points._replace(refusal="a sum that may fall must be sent as cumulative")
    return points


def _with_temporality(points: Points, number: int) -> Points:
    temporality = _TEMPORALITIES.get(number)
    if temporality is None:
        return points._replace(refusal="the metric must say whether it is delta or cumulative")
    return points._replace(temporality=temporality)


def _number(point: "NumberDataPoint") -> Point:
    value = point.as_int if point.WhichOneof("value") == "as_int" else point.as_double
    return _point(point, [Value("", None, float(value))])


def _histogram(point: "HistogramDataPoint") -> Point | str:
    counts, bounds = point.bucket_counts, point.explicit_bounds
    if len(counts) != len(bounds) + 1 and counts:
        return "a histogram has one count more than bounds"
    if any(not math.isfinite(bound) for bound in bounds) or sorted(set(bounds)) != list(bounds):
        return "the bounds of a histogram are finite and ascend"
    names = [*map(bound_text, bounds), INFINITY] if counts else [INFINITY]
    totals = accumulate(counts or [point.count])
    values = [
        Value(BUCKET, (LE, name), float(total)) for name, total in zip(names, totals, strict=True)
    ]
    if point.HasField("sum"):
        values.append(Value(SUM, None, point.sum))
    values.append(Value(COUNT, None, float(point.count)))
    return _point(point, values)


def _summary(point: "SummaryDataPoint") -> Point:
    values = [
        Value("", (QUANTILE, bound_text(each.quantile)), each.value)
        for each in point.quantile_values
        if math.isfinite(each.quantile)
    ]
    values += [Value(SUM, None, point.sum), Value(COUNT, None, float(point.count))]
    return _point(point, values)


def _point(point: Any, values: list[Value]) -> Point:
    recorded = not point.flags & _NO_RECORDED_VALUE
    attributes = pairs_of(point.attributes)
    return Point(attributes, point.time_unix_nano // 1_000_000, values if recorded else ())


def _plain(value: "AnyValue") -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_plain(each) for each in value.array_value.values]
    if kind == "kvlist_value":
        return {each.key: _plain(each.value) for each in value.kvlist_value.values}
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return "" if kind is None else getattr(value, kind)
