"""Which series a question is about."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from monitoring.models import Series
from monitoring.types import MetricType, SeriesRef

SERVICE_LABEL = "service_name"


def matching_series(
    *, metric: str | None, service: str | None, matchers: Mapping[str, str] | None
) -> list[SeriesRef]:
    """Return the series with that metric, service and labels, ordered by metric, service, labels.

    A matcher with an empty value asks for series without that label. The label `service_name` is the
    series' service.
    """
    rows = _filtered(metric, service, matchers or {}).order_by("metric_id", "service", "labels")
    return [
        SeriesRef(series_id, name, of_service, MetricType(kind), labels)
        for series_id, name, of_service, kind, labels in rows.values_list(
            "id", "metric_id", "service", "metric__type", "labels"
        )
    ]


def _filtered(
    metric: str | None, service: str | None, matchers: Mapping[str, str]
) -> QuerySet[Series]:
    wanted = dict(matchers)
    rows = Series.objects.all()
    for column, value in (
        ("metric_id", metric),
        ("service", service),
        ("service", wanted.pop(SERVICE_LABEL, None)),
    ):
        if value is not None:
            rows = rows.filter(**{column: value})
    present: dict[str, Any] = {label: value for label, value in wanted.items() if value}
    if present:
        rows = rows.filter(labels__contains=present)
    for label in wanted.keys() - present.keys():
        rows = rows.exclude(labels__has_key=label)
    return rows
