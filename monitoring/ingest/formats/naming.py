"""Names of other systems, made names of this one: letters, digits and _, no digit first. Pure.

Source: "Metric names and labels", Prometheus documentation; for names that fall together, "OTLP Metric
points to Prometheus", OpenTelemetry specification.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from monitoring.ingest.fields import RESERVED_LABELS

_NOT_METRIC = re.compile(r"[^a-zA-Z0-9_:]")
_NOT_LABEL = re.compile(r"[^a-zA-Z0-9_]")
_LONGEST = 1_024  # characters that are looked at; a longer name is refused by its length anyway


def metric_name(text: str) -> str:
    """Return the text as the name of a metric; `http.server.duration` is http_server_duration."""
    return _without_digit_first(_NOT_METRIC.sub("_", text[:_LONGEST]))


@lru_cache(maxsize=4_096)
def _label_name(text: str) -> str:
    name = _without_digit_first(_NOT_LABEL.sub("_", text))
    return f"exported_{name}" if name in RESERVED_LABELS else name


def label_name(text: str) -> str:
    """Return the text as the name of a label; a reserved one is prefixed, as Prometheus does."""
    return _label_name(text[:_LONGEST])


def labels_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return labels of any names; texts whose names fall together are joined by a semicolon."""
    labels: dict[str, str] = {}
    for name, text in sorted(pairs):
        key = label_name(name)
        labels[key] = f"{labels[key]};{text}" if key in labels else text
    return labels


def _without_digit_first(name: str) -> str:
    return f"_{name}" if name[:1].isdigit() else name
