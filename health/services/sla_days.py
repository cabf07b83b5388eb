"""Writes of daily rows: each the sum of the buckets of its day, so that a long period is read fast."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from health.models import HealthCursor, SlaMetric, WatchedService
from health.sla.figures import SlaFigures, Totals
from health.sla.period import DAY, day_of
from health.sla_selectors import promise_of
from health.sla_totals import bucket_totals

CURSOR = "sla_days"

_KEY = ["service_name", "period_start", "period_end"]
_WRITTEN = [
    *("uptime_percentage", "response_time_p95", "response_time_p99", "latency_source"),
    *("violations", "availability_violations", "latency_violations"),
    *("total_requests", "failed_requests", "probes", "failed_probes"),
    *("up_ms", "down_ms", "unknown_ms", "maintenance_ms", "degraded_ms"),
    *("probe_latency", "request_latency"),
]


@transaction.atomic
def write_days(*, at: datetime) -> int:
    """Write a row for each service and each day (UTC) that is over and not written yet; return how many.

    Idempotent: the row of a day is always the sum of its buckets.
    """
    today = day_of(at)
    HealthCursor.objects.get_or_create(name=CURSOR, defaults={"at": today - DAY})
    cursor = HealthCursor.objects.select_for_update().get(name=CURSOR)
    days = [cursor.at + number * DAY for number in range(max(0, (today - cursor.at) // DAY))]
    services = list(WatchedService.objects.all())
    written = store_days((service, day) for service in services for day in days)
    cursor.at = max(today, cursor.at)
    cursor.save(update_fields=["at"])
    return written


def rewrite_days(
    services: Sequence[WatchedService], buckets: Iterable[tuple[str, datetime]]
) -> None:
    """Write those days again that have a row already and in which one of the buckets, by short name, lies."""
    by_name = {service.name: service for service in services}
    touched = {(name, day_of(at)) for name, at in buckets}
    full_names = {by_name[name].service_name for name, _ in touched}
    kept = set(
        SlaMetric.objects.filter(
            service_name__in=full_names, period_start__in={day for _, day in touched}
        ).values_list("service_name", "period_start")
    )
    store_days(
        (by_name[name], day)
        for name, day in sorted(touched)
        if (by_name[name].service_name, day) in kept
    )


def store_days(asked: Iterable[tuple[WatchedService, datetime]]) -> int:
    """Write the rows of these days; a day without any bucket gets none. Return how many there are."""
    wanted = list(asked)
    totals = bucket_totals((service.name, day, day + DAY) for service, day in wanted)
    rows = [
        _row(service, day, totals[service.name, day])
        for service, day in wanted
        if (service.name, day) in totals
    ]
    SlaMetric.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=_KEY, update_fields=_WRITTEN
    )
    return len(rows)


def _row(service: WatchedService, day: datetime, totals: Totals) -> SlaMetric:
    whole = totals.lasting(DAY // timedelta(milliseconds=1))
    figures = SlaFigures(promise_of(service), day, day + DAY, whole)
    return SlaMetric(
        service_name=service.service_name,
        period_start=day,
        period_end=day + DAY,
        uptime_percentage=figures.uptime_percent,
        response_time_p95=figures.p95_ms,
        response_time_p99=figures.p99_ms,
        latency_source=figures.latency_source,
        violations=whole.violations,
        availability_violations=whole.availability_violations,
        latency_violations=whole.latency_violations,
        total_requests=whole.requests,
        failed_requests=whole.failed_requests,
        probes=whole.probes,
        failed_probes=whole.failed_probes,
        up_ms=whole.spans.up_ms,
        down_ms=whole.spans.down_ms,
        unknown_ms=whole.spans.unknown_ms,
        maintenance_ms=whole.spans.maintenance_ms,
        degraded_ms=whole.spans.degraded_ms,
        probe_latency=whole.probe_latency.to_json(),
        request_latency=whole.request_latency.to_json(),
    )
