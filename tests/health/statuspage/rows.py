"""Rows of the status page: services that the public sees, their days, what people said, and maintenance."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from alerts.models import MaintenanceWindow
from health.models import (
    PublicIncident,
    PublicUpdate,
    ServiceState,
    SlaBucket,
    SlaMetric,
    WatchedService,
)
from tests.health.factories import WatchedServiceFactory

DAY = timedelta(days=1)
DAY_MS = 86_400_000
MINUTE_MS = 60_000


def public_service(name: str, **columns: Any) -> WatchedService:
    """Return a service on the page, by default under its short name with a capital."""
    known = {"is_public": True, "public_name": name.capitalize(), **columns}
    service: WatchedService = WatchedServiceFactory.create(name=name, **known)
    return service


def standing(
    service: WatchedService, at: datetime, status: str = "healthy", **columns: Any
) -> ServiceState:
    """Return its standing after a probe just now."""
    return ServiceState.objects.create(
        service=service, status=status, since=at - DAY, checked_at=at, **columns
    )


def day(
    service: WatchedService,
    midnight: datetime,
    *,
    down_ms: int = 0,
    degraded_ms: int = 0,
    maintenance_ms: int = 0,
) -> SlaMetric:
    """Return one whole day as the midnight task keeps it; the rest of it the service was up."""
    return SlaMetric.objects.create(
        service_name=service.service_name,
        period_start=midnight,
        period_end=midnight + DAY,
        up_ms=DAY_MS - down_ms - maintenance_ms,
        down_ms=down_ms,
        degraded_ms=degraded_ms,
        maintenance_ms=maintenance_ms,
    )


def bucket(service: WatchedService, starts_at: datetime, *, down_ms: int = 0) -> SlaBucket:
    """Return five minutes of a service."""
    return SlaBucket.objects.create(
        service_name=service.name,
        starts_at=starts_at,
        up_ms=5 * MINUTE_MS - down_ms,
        down_ms=down_ms,
    )


def incident(
    title: str, updates: Iterable[tuple[datetime, str, str]], **columns: Any
) -> PublicIncident:
    """Return a published incident whose updates are given as instant, stage and text, the oldest first."""
    course = list(updates)
    last_at, last_stage, _ = course[-1]
    row = PublicIncident.objects.create(
        **{
            "title": title,
            "started_at": course[0][0],
            "resolved_at": last_at if last_stage == "resolved" else None,
            **columns,
        }
    )
    for at, stage, text in course:
        PublicUpdate.objects.create(public_incident=row, posted_at=at, stage=stage, text=text)
    return row


def window(first_start: datetime, **columns: Any) -> MaintenanceWindow:
    """Return a window of two hours each week that names the payment service and is announced."""
    day_of_week = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[first_start.weekday()]
    return MaintenanceWindow.objects.create(
        **{
            "name": "internal name",
            "matchers": [{"label": "service_name", "op": "=", "value": "payment-service"}],
            "recurrence": f"FREQ=WEEKLY;BYDAY={day_of_week}",
            "first_start": first_start,
            "duration_minutes": 120,
            "owner": "bo",
            "reason": "internal reason",
            "expires_at": first_start + 365 * DAY,
            "public_title": "New database",
            "public_text": "Payments pause for a moment.",
            **columns,
        }
    )


def midnight_of(at: datetime) -> datetime:
    """Return the begin of the day in UTC."""
    return datetime.combine(at.date(), time(), tzinfo=UTC)
