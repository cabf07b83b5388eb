"""What there is to ask for: series, labels, their values, and what metrics mean."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from monitoring.metrics_api.restricted import is_restricted
from monitoring.models import Metric
from monitoring.names import spec_of
from monitoring.prometheus_api.source import StoredSource
from monitoring.promql.labels import Labels, value_of
from monitoring.query.matchers import Matcher

Selectors = Sequence[Sequence[Matcher]]


def series(source: StoredSource, selectors: Selectors, limit: int | None) -> list[dict[str, str]]:
    """Return the label sets that any of the selectors matches, each once, in their order."""
    found = sorted(set(_matching(source, selectors)))
    return [dict(labels) for labels in found[:limit]]


def label_names(source: StoredSource, selectors: Selectors, limit: int | None) -> list[str]:
    """Return the names of labels that matching series have; of all series without a selector."""
    found = {name for labels in _matching(source, selectors or [()]) for name, _ in labels}
    return sorted(found)[:limit]


def label_values(
    source: StoredSource, name: str, selectors: Selectors, limit: int | None
) -> list[str]:
    """Return the values that one label has on matching series; on all series without a selector."""
    found = {value_of(labels, name) for labels in _matching(source, selectors or [()])}
    return sorted(found - {""})[:limit]


def _matching(source: StoredSource, selectors: Selectors) -> Iterator[Labels]:
    for matchers in selectors:
        yield from source.labels(matchers)


def metadata(metric: str, limit: int | None, *, restricted: bool) -> dict[str, Any]:
    """Return type, help and unit of each metric, or of one."""
    rows: Iterable[tuple[str, str, str, str]] = Metric.objects.order_by("name").values_list(
        "name", "type", "unit", "help"
    )
    if metric:
        rows = [row for row in rows if row[0] == metric]
    visible = [row for row in rows if restricted or not is_restricted(row[0])]
    return {
        name: [{"type": kind, "help": text or _help(name), "unit": unit}]
        for name, kind, unit, text in visible[:limit]
    }


def _help(name: str) -> str:
    spec = spec_of(name)
    return spec.help if spec is not None else ""
