"""What Grafana sends to be drawn, read strictly where it matters and with a shrug where it does not.

Grafana's data sources send many fields that mean nothing here: `panelId`, `scopedVars` (the variables'
values, which the data source has already put into the targets), ...
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from monitoring.api.query import instant_of
from monitoring.errors import InvalidInputError
from monitoring.grafana.filters import Filter, filters_of
from monitoring.grafana.payload import Payload, payload_of
from monitoring.grafana.targets import Target, parse_target
from monitoring.metrics_api.span import LONGEST_SPAN as SPAN_OF_SAMPLES
from monitoring.metrics_api.span import Span
from monitoring.query.resolution import LONGEST_SPAN

_MAX_TARGETS = 20
_FEWEST_POINTS = 2  # the lowest and the highest value
_MAX_POINTS = 5_000
_DEFAULT_POINTS = 1_000
_PLACEHOLDER = "select metric"  # what a new line of SimpleJson says before anything is chosen
ANNOTATIONS = "annotations"  # the newer plug-in has no path for these: it asks for a target


@dataclass(frozen=True, slots=True)
class Line:
    """One target of a panel: what it asks for, in its own words and parsed, and the wanted shape."""

    text: str
    target: Target
    is_table: bool = False
    ref_id: str | None = None
    payload: Payload = field(default_factory=Payload)

    @property
    def is_annotations(self) -> bool:
        """Say whether events are asked for, and no samples."""
        return self.text.strip() == ANNOTATIONS


@dataclass(frozen=True, slots=True)
class Query:
    """One request of a panel; a curve of its answer has at most `max_points` points."""

    span: Span
    lines: tuple[Line, ...]
    max_points: int
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnotationQuery:
    """One request for marks: of the span, with one of the tags if any are named."""

    span: Span
    tags: frozenset[str] = frozenset()
    echo: Mapping[str, Any] | None = None


def query_of(body: object) -> Query:
    """Return the query in a body. Raises InvalidInputError naming the field that is wrong."""
    fields = _object(body, "the body")
    span = span_of(fields, longest=LONGEST_SPAN)
    lines = fields.get("targets")
    if not isinstance(lines, list):
        raise _wrong("targets", "must be a list")
    if len(lines) > _MAX_TARGETS:
        raise _wrong("targets", f"has at most {_MAX_TARGETS} items")
    asked = [_object(line, "a target") for line in lines]
    return Query(
        span,
        tuple(_line(line) for line in asked if _is_drawn(line)),
        _max_points(fields, span),
        filters_of(fields),
    )


def span_of(fields: Mapping[str, Any], *, longest: timedelta = SPAN_OF_SAMPLES) -> Span:
    """Return the range of a body. Raises InvalidInputError if there is none, or it is too long."""
    span = _object(fields.get("range"), "range")
    return Span(_instant(span, "from"), _instant(span, "to"), longest)


def annotation_query_of(body: object) -> AnnotationQuery:
    """Return what a dashboard asks to be marked. Raises InvalidInputError without a range."""
    fields = _object(body, "the body")
    echo = fields.get("annotation")
    echo = echo if isinstance(echo, Mapping) else None
    query = echo.get("query") if echo else None
    words = query.split(",") if isinstance(query, str) else []
    return AnnotationQuery(
        span_of(fields), frozenset(word.strip() for word in words if word.strip()), echo
    )


def _is_drawn(line: Mapping[str, Any]) -> bool:
    return bool(line.get("target")) and line["target"] != _PLACEHOLDER and not line.get("hide")


def _line(fields: Mapping[str, Any]) -> Line:
    text = fields["target"]
    if not isinstance(text, str):
        raise _wrong("target", "must be a text")
    target, payload = parse_target(text), payload_of(fields.get("payload"))
    ref_id = fields.get("refId")
    return Line(
        text,
        replace(target, matchers=(*target.matchers, *payload.matchers)),
        is_table=fields.get("type") == "table",
        ref_id=ref_id if isinstance(ref_id, str) else None,
        payload=payload,
    )


def _max_points(fields: Mapping[str, Any], span: Span) -> int:
    """Return how many points a curve may have: what fits the panel, and not finer than its step."""
    wanted = _positive(fields, "maxDataPoints") or _DEFAULT_POINTS
    points = min(max(wanted, _FEWEST_POINTS), _MAX_POINTS)
    step_ms = _positive(fields, "intervalMs")
    if step_ms is None:
        return points
    span_ms = (span.end - span.start).total_seconds() * 1_000
    return max(_FEWEST_POINTS, min(points, ceil(span_ms / step_ms)))


def _positive(fields: Mapping[str, Any], name: str) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value < 2**53:
        raise _wrong(name, "must be a number of at least 1")
    return int(value)


def _instant(span: Mapping[str, Any], name: str) -> datetime:
    raw = span.get(name)
    label = f"range.{name}"
    readable = isinstance(raw, str | int) and not isinstance(raw, bool)
    instant = instant_of({label: str(raw)} if readable else {}, label, None)
    if instant is None:
        raise _wrong(label, "must be an instant")
    return instant


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(name, "must be an object")
    return value


def _wrong(name: str, what: str) -> InvalidInputError:
    message = f"{name} {what}"
    return InvalidInputError(message, details={name: [message]})
