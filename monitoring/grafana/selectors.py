"""Reads behind the panels of the Grafana data source."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.errors import InvalidInputError
from monitoring.grafana.drawing import Drawn, by_step, peaks_by_step, thinned
from monitoring.grafana.reply import (
    all_labels,
    annotation_frame,
    series_names,
    table,
    time_series,
)
from monitoring.grafana.requests import Line, Query
from monitoring.metrics_api.restricted import is_restricted
from monitoring.metrics_api.span import Span
from monitoring.query.aggregation import Answer, Question, aggregate, extremes
from monitoring.query.matchers import SERVICE_LABEL
from monitoring.query.resolution import FIVE_MINUTES, longest_span, round_step
from monitoring.query.samples import samples_of
from monitoring.query.series import matching_series
from monitoring.query.steps import Aggregation, Function, Grid
from monitoring.registry import offered
from monitoring.types import Annotation, SeriesRef

_MAX_SERIES = 1_000  # a panel with more curves shows nothing, and costs as much as all of them
_MAX_ANNOTATIONS = 1_000
_MILLISECOND = timedelta(milliseconds=1)
# Beyond, curves are drawn of the lowest and highest value by step, which roll-ups know, and not of samples.
_LONGEST_OF_SAMPLES = timedelta(hours=24)


def curves(query: Query, *, restricted: bool) -> list[dict[str, Any]]:
    """Return what Grafana draws: for each target its curves, or one table.

    A target that finds nothing answers with no points: the panel says "no data", not "error".
    Raises InvalidInputError if the targets match more series than a panel can show.
    """
    chosen = [_series(line, query, restricted=restricted) for line in query.lines]
    if sum(map(len, chosen)) > _MAX_SERIES:
        raise InvalidInputError(f"more than {_MAX_SERIES} series match; add a label filter")
    replies: list[dict[str, Any]] = []
    for line, series in zip(query.lines, chosen, strict=True):
        if line.is_annotations:
            events = annotations_in(query.span, line.payload.tags)
            replies.append(annotation_frame(events, ref_id=line.ref_id))
            continue
        drawn = _drawn(line, series, query)
        replies += [_table(line, drawn)] if line.is_table else _time_series(line, drawn)
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


def _series(line: Line, query: Query, *, restricted: bool) -> list[SeriesRef]:
    """Return the series that pass the filters of the line and of the dashboard."""
    if line.is_annotations:
        return []
    equal = line.target.equal_to()
    service = equal.pop(SERVICE_LABEL, None)
    return [
        series
        for metric in line.target.metrics
        if restricted or not is_restricted(metric)
        for series in matching_series(metric=metric, service=service, matchers=equal)
        if _passes(all_labels(series), line, query)
    ]


def _passes(labels: dict[str, str], line: Line, query: Query) -> bool:
    return line.target.accepts(labels) and all(each.accepts(labels) for each in query.filters)


def _drawn(line: Line, series: list[SeriesRef], query: Query) -> list[Drawn]:
    if line.payload.aggregation is not None:
        return _aggregated(line, line.payload.aggregation, series, query)
    span = query.span
    step_ms = _finest_step(span, query.max_points // 2)
    if span.end - span.start > _LONGEST_OF_SAMPLES and step_ms >= FIVE_MINUTES // _MILLISECOND:
        return peaks_by_step(series, *_extremes(series, span, step_ms))
    found = samples_of(series, span.first_ms, span.last_ms)
    return [thinned(each, query.max_points) for each in found]


def _aggregated(line: Line, how: Aggregation, series: list[SeriesRef], query: Query) -> list[Drawn]:
    """Return the curves of a payload that asks for an aggregation; its step is the finest that may be."""
    step_ms = max(line.payload.step_ms or 0, _finest_step(query.span, query.max_points))
    question = Question(step_ms, how, line.payload.group_by, line.payload.across)
    answer = _answer(question, series, query.span)
    return by_step(answer.curves, answer.grid, answer.values)


def _extremes(
    series: list[SeriesRef], span: Span, step_ms: int
) -> tuple[Grid, NDArray[np.float64], NDArray[np.float64]]:
    span = replace(span, longest=longest_span(step_ms, Aggregation(Function.MIN)))
    return extremes(series, start_ms=span.first_ms, end_ms=span.last_ms, step_ms=step_ms)


def _answer(question: Question, series: list[SeriesRef], span: Span) -> Answer:
    span = replace(span, longest=longest_span(question.step_ms, question.how))
    return aggregate(series, start_ms=span.first_ms, end_ms=span.last_ms, question=question)


def _finest_step(span: Span, points: int) -> int:
    """Return the step, in ms, that makes at most so many of the span, wherever in a step it begins."""
    return round_step((span.end - span.start) // _MILLISECOND, max(1, points - 1))


def _time_series(line: Line, drawn: list[Drawn]) -> list[dict[str, Any]]:
    if not drawn:
        return [time_series(line.text, [], [], ref_id=line.ref_id)]
    names = series_names(line.text, [each.curve for each in drawn])
    return [
        time_series(name, each.at_ms, each.values, ref_id=line.ref_id)
        for name, each in zip(names, drawn, strict=True)
    ]


def _table(line: Line, drawn: list[Drawn]) -> dict[str, Any]:
    rows = (
        (each.curve, at, value)
        for each in drawn
        for at, value in zip(each.at_ms, each.values, strict=True)
    )
    return table(rows, [each.curve for each in drawn], ref_id=line.ref_id)


def _instant_of(event: Annotation) -> datetime:
    return event.at
