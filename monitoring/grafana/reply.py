"""The shapes that Grafana's JSON data sources accept.

Pure: no Django, no clock, no database.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitoring.query.grouping import SERVICE_LABEL, Curve
from monitoring.types import Annotation, SeriesRef


def all_labels(curve: SeriesRef | Curve) -> dict[str, str]:
    """Return the labels of a curve, its service among them if it is of one."""
    service = {} if curve.service is None else {SERVICE_LABEL: curve.service}
    return {**service, **curve.labels}


def series_names(asked: str, found: Sequence[SeriesRef | Curve]) -> list[str]:
    """Return a readable name for each series that one target found.

    A single series answers under the name that was asked for, as the service specification shows
    it. Several are told apart by the labels in which they differ; what they share would only fill
    the legend.
    """
    if len(found) <= 1:
        return [asked for _ in found]
    labels = [all_labels(series) for series in found]
    telling = [key for key in _keys(labels) if len({each.get(key) for each in labels}) > 1]
    return [
        _readable(series.metric, {key: each[key] for key in telling if key in each})
        for series, each in zip(found, labels, strict=True)
    ]


def time_series(
    name: str, at_ms: Sequence[int], values: Sequence[float | None], *, ref_id: str | None
) -> dict[str, Any]:
    """Return one curve: `datapoints` are [value, milliseconds since the epoch], oldest first; None is a gap."""
    points = [[value, at] for value, at in zip(values, at_ms, strict=True)]
    reply: dict[str, Any] = {"target": name, "datapoints": points}
    return reply if ref_id is None else {**reply, "refId": ref_id}


def table(
    rows: Iterable[tuple[SeriesRef | Curve, int, float | None]],
    found: Sequence[SeriesRef | Curve],
    *,
    ref_id: str | None,
) -> dict[str, Any]:
    """Return one table: time, metric, one column a label, value."""
    keys = _keys([all_labels(series) for series in found])
    reply: dict[str, Any] = {
        "type": "table",
        "columns": [
            {"text": "Time", "type": "time"},
            {"text": "Metric", "type": "string"},
            *({"text": key, "type": "string"} for key in keys),
            {"text": "Value", "type": "number"},
        ],
        "rows": [
            [at, curve.metric, *(all_labels(curve).get(key, "") for key in keys), value]
            for curve, at, value in rows
            if value is not None
        ],
    }
    return reply if ref_id is None else {**reply, "refId": ref_id}


def annotation_reply(annotation: Annotation, asked_by: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return one mark on a chart; `asked_by` is Grafana's own annotation query, sent back to it."""
    reply: dict[str, Any] = {
        "time": _milliseconds(annotation.at.timestamp()),
        "title": annotation.title,
        "text": annotation.text,
        "tags": list(annotation.tags),
    }
    if annotation.until is not None:
        reply["timeEnd"] = _milliseconds(annotation.until.timestamp())
    return reply if asked_by is None else {**reply, "annotation": asked_by}


def annotation_frame(events: Sequence[Annotation], *, ref_id: str | None) -> dict[str, Any]:
    """Return events as a frame of columns, which is how Grafana reads annotations out of a query's answer."""
    columns: list[tuple[str, str, list[Any]]] = [
        ("time", "time", [_milliseconds(event.at.timestamp()) for event in events]),
        (
            "timeEnd",
            "time",
            [event.until and _milliseconds(event.until.timestamp()) for event in events],
        ),
        ("title", "string", [event.title for event in events]),
        ("text", "string", [event.text for event in events]),
        ("tags", "string", [",".join(event.tags) for event in events]),
    ]
    fields = [{"name": name, "type": kind, "values": values} for name, kind, values in columns]
    return {"refId": ref_id, "name": "annotations", "fields": fields}


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)


def _keys(labels: Iterable[Mapping[str, str]]) -> list[str]:
    return sorted({key for each in labels for key in each})


def _readable(metric: str, labels: Mapping[str, str]) -> str:
    inside = ", ".join(f'{key}="{value}"' for key, value in labels.items())
    return f"{metric}{{{inside}}}" if inside else metric
