"""The newest value of each series."""

from collections.abc import Collection
from datetime import datetime

from monitoring.models import Latest
from monitoring.types import LatestValue, MetricType, SeriesRef


def latest_values(
    *,
    metrics: Collection[str] | None = None,
    service: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
) -> list[LatestValue]:
    """Return newest values, ordered by metric, service and labels; at most `limit` of them.

    `since` leaves out series whose newest sample is older. For a counter the value is its running total.
    """
    rows = Latest.objects.order_by("series__metric_id", "series__service", "series__labels")
    if metrics is not None:
        rows = rows.filter(series__metric_id__in=metrics)
    if service is not None:
        rows = rows.filter(series__service=service)
    if since is not None:
        rows = rows.filter(at__gte=since)
    columns = rows.values_list(
        "series_id",
        "series__metric_id",
        "series__service",
        "series__metric__type",
        "series__labels",
        "value",
        "at",
    )
    return [
        LatestValue(SeriesRef(series_id, metric, of_service, MetricType(kind), labels), value, at)
        for series_id, metric, of_service, kind, labels, value, at in columns[:limit]
    ]
