"""Reads behind the Grafana data source."""

from datetime import datetime
from typing import Any

from monitoring.errors import InvalidInputError
from monitoring.grafana.reply import all_labels, series_names, table, time_series
from monitoring.grafana.requests import Line, Query
from monitoring.grafana.targets import Target
from monitoring.metrics_api.restricted import is_restricted
from monitoring.metrics_api.span import Span
from monitoring.query.functions import downsample_min_max
from monitoring.query.names import metric_names
from monitoring.query.range import SeriesSamples, read_range
from monitoring.registry import offered
from monitoring.types import Annotation, SeriesRef

_MAX_SERIES = 1_000  # a panel with more curves shows nothing, and costs as much as all of them
_MAX_ANNOTATIONS = 1_000
_SERVICE = "service_name"


def names_with(text: str, *, restricted: bool) -> list[str]:
    """Return the metric names that contain `text`; `restricted` ones only for those who may."""
    return [name for name in metric_names(contains=text) if restricted or not is_restricted(name)]


def curves(query: Query, *, restricted: bool) -> list[dict[str, Any]]:
    """Return what Grafana draws: for each target its curves, or one table.

    A target that finds nothing answers with no points: the panel says "no data", not "error".
    Raises InvalidInputError if the targets match more series than a panel can show.
    """
    replies: list[dict[str, Any]] = []
    series = 0
    for line in query.lines:
        found = _found(line.target, query, restricted=restricted)
        series += len(found)
        if series > _MAX_SERIES:
            raise InvalidInputError(f"more than {_MAX_SERIES} series match; add a label filter")
        replies += [_table(line, found)] if line.is_table else _time_series(line, found)
    return replies


def annotations_in(span: Span, tags: frozenset[str]) -> list[Annotation]:
    """Return the events that the apps offer for the span, oldest first, the newest 1,000 of them.

    With `tags` only those that carry one of them.
    """
    events = [
        event
        for module in offered("annotations")
        for event in module.annotations(span.start, span.end)
        if not tags or tags.intersection(event.tags)
    ]
    return sorted(events, key=_instant_of)[-_MAX_ANNOTATIONS:]


def _found(target: Target, query: Query, *, restricted: bool) -> list[SeriesSamples]:
    """Return the samples of each series that passes the target's filters, thinned to the panel."""
    equal = target.equal_to()
    service = equal.pop(_SERVICE, None)
    found: list[SeriesSamples] = []
    for metric in target.metrics:
        if is_restricted(metric) and not restricted:
            continue
        found += read_range(
            metric=metric,
            service=service,
            matchers=equal,
            start=query.span.start,
            end=query.span.end,
        )
    return [
        _thinned(each, query.max_points)
        for each in found
        if len(each.at_ms) and target.accepts(all_labels(each.series))
    ]


def _thinned(samples: SeriesSamples, max_points: int) -> SeriesSamples:
    at_ms, values = downsample_min_max(samples.at_ms, samples.values, max_points)
    return SeriesSamples(samples.series, at_ms, values)


def _time_series(line: Line, found: list[SeriesSamples]) -> list[dict[str, Any]]:
    if not found:
        return [time_series(line.text, [], [], ref_id=line.ref_id)]
    names = series_names(line.text, [each.series for each in found])
    return [
        time_series(name, each.at_ms.tolist(), each.values.tolist(), ref_id=line.ref_id)
        for name, each in zip(names, found, strict=True)
    ]


def _table(line: Line, found: list[SeriesSamples]) -> dict[str, Any]:
    rows: list[tuple[SeriesRef, int, float]] = [
        (each.series, at, value)
        for each in found
        for at, value in zip(each.at_ms.tolist(), each.values.tolist(), strict=True)
    ]
    return table(rows, [each.series for each in found], ref_id=line.ref_id)


def _instant_of(event: Annotation) -> datetime:
    return event.at
