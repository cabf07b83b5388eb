"""What Grafana offers to choose from: metrics, services, labels and their values."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from monitoring.grafana.requests import ANNOTATIONS
from monitoring.grafana.targets import choices_of
from monitoring.metrics_api.restricted import is_restricted
from monitoring.query.matchers import SERVICE_LABEL
from monitoring.query.names import metric_names
from monitoring.query.series import matching_series
from monitoring.types import SeriesRef

_MOST = 5_000  # a list that nobody scrolls through; typing narrows it
_AGGREGATIONS = (
    *("avg", "min", "max", "sum", "count", "first", "last"),
    *("rate", "increase", "p50", "p90", "p95", "p99"),
)
_ACROSS = ("avg", "min", "max", "sum", "count", "p50", "p95", "p99")
_QUESTION = re.compile(r"\s*(?P<what>label_values|label_names)\((?P<inside>.*)\)\s*", re.DOTALL)
_ANYTHING = ("", ".*")

Option = dict[str, Any]


def names_with(text: str, *, restricted: bool) -> list[str]:
    """Return the metric names that contain `text`; `restricted` ones only for those who may."""
    return [name for name in metric_names(contains=text) if restricted or not is_restricted(name)]


def values_for(text: str, *, restricted: bool) -> list[str]:
    """Return what a variable can be: metric names that contain the text, or what one of these asks for.

    `label_values(host)`, `label_values(cpu, host)` and `label_names(cpu)`; a metric may be a choice, `(a|b)`.
    """
    question = _QUESTION.fullmatch(text)
    if question is None:
        found = {
            name
            for part in choices_of(text.strip()) or [""]
            for name in names_with("" if part in _ANYTHING else part, restricted=restricted)
        }
        return sorted(found)
    metric, comma, label = question["inside"].rpartition(",")
    if question["what"] == "label_names":
        metric = question["inside"]
        return label_names(_metrics(metric), restricted=restricted)
    return label_values(label.strip(), _metrics(metric if comma else ""), restricted=restricted)


def label_names(metrics: Iterable[str | None], *, restricted: bool) -> list[str]:
    """Return the names of the labels that series of the metrics have, and the service."""
    series = _series(metrics, restricted=restricted)
    names = {SERVICE_LABEL, *(name for each in series for name in each.labels)}
    return sorted(names)[:_MOST]


def label_values(label: str, metrics: Iterable[str | None], *, restricted: bool) -> list[str]:
    """Return the values that a label, or the service, has in series of the metrics."""
    series = _series(metrics, restricted=restricted)
    if label == SERVICE_LABEL:
        return sorted({each.service for each in series})[:_MOST]
    return sorted({each.labels[label] for each in series if label in each.labels})[:_MOST]


def metrics_with_forms(*, restricted: bool) -> list[Option]:
    """Return the metrics, each with the form that the newer plug-in shows for it, and the annotations."""
    form = [
        _field("service", "Service", "multi-select"),
        _field("labels", "Labels", "input", placeholder='host="a", rack=~"(b|c)"'),
        _field("aggregation", "Aggregation", "select", options=_options(("raw", *_AGGREGATIONS))),
        _field("step", "Step, at least", "input", placeholder="auto, 60s, 5m, 1h"),
        _field("group_by", "Group by", "multi-select"),
        _field("across", "Across series", "select", options=_options(("none", *_ACROSS))),
    ]
    metrics: list[Option] = [
        {"label": name, "value": name, "payloads": form}
        for name in names_with("", restricted=restricted)
    ]
    tags = _field("tags", "Tags", "input", placeholder="alert, critical")
    return [*metrics, {"label": "annotations", "value": ANNOTATIONS, "payloads": [tags]}]


def options_for(name: str, metric: str, *, restricted: bool) -> list[Option]:
    """Return what one field of the form of a metric offers; a field that nobody knows offers nothing."""
    metrics = _metrics(metric)
    offers: Mapping[str, Callable[[], Iterable[str]]] = {
        "service": lambda: label_values(SERVICE_LABEL, metrics, restricted=restricted),
        "group_by": lambda: label_names(metrics, restricted=restricted),
        "labels": lambda: [
            f'{label}="{value}"'
            for label in label_names(metrics, restricted=restricted)
            for value in label_values(label, metrics, restricted=restricted)
        ][:_MOST],
        "aggregation": lambda: ("raw", *_AGGREGATIONS),
        "across": lambda: ("none", *_ACROSS),
    }
    return _options(offers[name]()) if name in offers else []


def _metrics(text: str) -> list[str | None]:
    """Return the metrics of a choice; none at all, or anything, is every metric."""
    chosen = choices_of(text.strip())
    return list(chosen) if chosen and text.strip() not in _ANYTHING else [None]


def _series(metrics: Iterable[str | None], *, restricted: bool) -> list[SeriesRef]:
    return [
        series
        for metric in metrics
        for series in matching_series(metric=metric, service=None, matchers=None)
        if restricted or not is_restricted(series.metric)
    ]


def _field(name: str, label: str, kind: str, **more: object) -> Option:
    return {"name": name, "label": label, "type": kind, **more}


def _options(values: Iterable[str]) -> list[Option]:
    return [{"label": value, "value": value} for value in values]
