"""Reads of health: what the last probes found, and how it adds up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from health.catalogue import short_name_of
from health.models import ServiceHealth, WatchedService
from health.status import Level

# A probe that is missing for three periods says nothing about now.
STALE_AFTER_PERIODS = 3


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """The state of one service as the API tells it."""

    service: str
    service_name: str
    url: str
    level: Level
    response_time_ms: int | None = None
    checked_at: datetime | None = None
    error: str = ""
    details: dict[str, Any] | None = None


def newest_rows(names: Collection[str]) -> QuerySet[ServiceHealth]:
    """Return the newest history row of each named service that was ever probed.

    One step back on the index for each service, however long the history is.
    """
    history = ServiceHealth.objects.filter(service_name=OuterRef("name")).order_by("-checked_at")
    newest = WatchedService.objects.filter(name__in=names).values(
        newest=Subquery(history.values("pk")[:1])
    )
    return ServiceHealth.objects.filter(pk__in=newest)


def service_reports(*, at: datetime) -> list[ServiceReport]:
    """Return one report for each enabled service, from the last probe; nothing is probed here."""
    watched = list(WatchedService.objects.filter(enabled=True))
    rows = {row.service_name: row for row in newest_rows([service.name for service in watched])}
    return [_report(service, rows.get(service.name), at=at) for service in watched]


def service_report(name: str, *, at: datetime) -> ServiceReport:
    """Return the report of one service by either of its names.

    Raises ServiceNotWatchedError for any other name.
    """
    full_names = dict(
        WatchedService.objects.filter(enabled=True).values_list("name", "service_name")
    )
    service = WatchedService.objects.get(name=short_name_of(name, full_names))
    row = newest_rows([service.name]).first()
    return _report(service, row, at=at)


def _report(service: WatchedService, row: ServiceHealth | None, *, at: datetime) -> ServiceReport:
    identity = (service.name, service.service_name, service.address)
    if row is None:
        return ServiceReport(*identity, Level.DEGRADED, error="not probed yet")
    age = at - row.checked_at
    if age > STALE_AFTER_PERIODS * settings.HEALTH_CHECK_INTERVAL:
        error = (
            f"last probed {age.total_seconds():.0f} s ago: are the Celery worker and beat running?"
        )
        return ServiceReport(*identity, Level.DEGRADED, checked_at=row.checked_at, error=error)
    return ServiceReport(
        *identity,
        Level(row.status),
        row.response_time_ms,
        row.checked_at,
        row.error_message or "",
        row.metadata.get("details") or {},
    )
