"""Reads of health: what the last probes found, and how it adds up."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from health.catalogue import short_name_of
from health.maintenance import in_maintenance
from health.models import ServiceState, WatchedService
from health.models.watched_service import STALE_AFTER_PERIODS
from health.status import Level

__all__ = [
    "STALE_AFTER_PERIODS",
    "ServiceReport",
    "report_of",
    "service_report",
    "service_reports",
]


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
    since: datetime | None = None
    """Has this level from here on; None where nothing is known of now."""
    behind: str = ""
    """What is down before it, so that nothing is known of it."""
    certificate_expires_at: datetime | None = None
    kind: str = WatchedService.Kind.HTTP.value
    owner: str = ""
    tags: tuple[str, ...] = ()
    is_public: bool = False
    public_name: str = ""
    in_maintenance: bool = False


def service_reports(*, at: datetime) -> list[ServiceReport]:
    """Return one report for each enabled service, from the last probe; nothing is probed here."""
    watched = list(WatchedService.objects.filter(enabled=True).select_related("state"))
    planned = in_maintenance([service.service_name for service in watched], at)
    return [
        report_of(service, at=at, planned=service.service_name in planned) for service in watched
    ]


def service_report(name: str, *, at: datetime) -> ServiceReport:
    """Return the report of one service by either of its names.

    Raises ServiceNotWatchedError for any other name.
    """
    full_names = dict(
        WatchedService.objects.filter(enabled=True).values_list("name", "service_name")
    )
    service = WatchedService.objects.select_related("state").get(
        name=short_name_of(name, full_names)
    )
    planned = in_maintenance([service.service_name], at)
    return report_of(service, at=at, planned=bool(planned))


def report_of(service: WatchedService, *, at: datetime, planned: bool) -> ServiceReport:
    """Return what is known of a service at `at`; `planned`: it is in maintenance."""
    unknown = ServiceReport(
        service.name,
        service.service_name,
        service.address,
        Level.DEGRADED,
        error="not called yet"
        if service.kind == WatchedService.Kind.HEARTBEAT
        else "not probed yet",
        kind=service.kind,
        owner=service.owner,
        tags=tuple(service.tags),
        is_public=service.is_public,
        public_name=service.public_name,
        in_maintenance=planned,
    )
    state: ServiceState | None = getattr(service, "state", None)
    if state is None:
        return unknown
    age = at - state.checked_at
    if age > service.stale_after:
        error = (
            f"last probed {age.total_seconds():.0f} s ago: are the Celery worker and beat running?"
        )
        return replace(unknown, checked_at=state.checked_at, error=error)
    return replace(
        unknown,
        level=Level(state.status),
        response_time_ms=None if state.response_time_ms is None else round(state.response_time_ms),
        checked_at=state.checked_at,
        error=state.error_message,
        details=state.details,
        since=state.since,
        behind=state.behind,
        certificate_expires_at=state.certificate_expires_at,
    )
