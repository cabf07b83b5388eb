"""The shapes that Grafana's JSON data sources accept.

Pure: no Django, no clock, no database.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitoring.types import Annotation, SeriesRef

SERVICE_LABEL = "service_name"


def all_labels(series: SeriesRef) -> dict[str, str]:
    """Return the labels of a series, its service among them."""
    return {SERVICE_LABEL: series.service, **series.labels}


def series_names(asked: str, found: Sequence[SeriesRef]) -> list[str]:
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
    name: str, at_ms: Sequence[int], values: Sequence[float], *, ref_id: str | None
) -> dict[str, Any]:
    """Return one curve: `datapoints` are [value, milliseconds since the epoch], oldest first."""
    points = [[value, at] for value, at in zip(values, at_ms, strict=True)]
    reply: dict[str, Any] = {"target": name, "datapoints": points}
    return reply if ref_id is None else {**reply, "refId": ref_id}


def table(
    rows: Iterable[tuple[SeriesRef, int, float]],
    found: Sequence[SeriesRef],
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
            [at, series.metric, *(all_labels(series).get(key, "") for key in keys), value]
            for series, at, value in rows
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


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1_000)


def _keys(labels: Iterable[Mapping[str, str]]) -> list[str]:
    return sorted({key for each in labels for key in each})


def _readable(metric: str, labels: Mapping[str, str]) -> str:
    inside = ", ".join(f'{key}="{value}"' for key, value in labels.items())
    return f"{metric}{{{inside}}}" if inside else metric
