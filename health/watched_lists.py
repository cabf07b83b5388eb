"""Reads of watched services as they are written, each with where it stands, what it needs and who may call it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from alerts.routing.inhibition import place
from health.catalogue import short_name_of
from health.maintenance import in_maintenance
from health.models import ServiceFlip, ServiceHealth, WatchedService
from health.selectors import ServiceReport, report_of
from health.services.service_needs import needs_by_place

_DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which services are asked for; None and empty take all."""

    tags: Sequence[str] = ()
    """All of them must be there."""
    owner: str | None = None
    kinds: Sequence[str] = ()
    statuses: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Watched:
    """A row with what stands beside it."""

    row: WatchedService
    report: ServiceReport
    depends_on: Sequence[str]
    heartbeat_url: str | None
    """The address that the job calls; None of other kinds, and for those who must not know it."""

    @property
    def status(self) -> str:
        """The level of the last probe, or that it is disabled."""
        return self.report.level.value if self.row.enabled else _DISABLED

    @property
    def standing(self) -> dict[str, Any]:
        """Where it stands; a disabled one stands nowhere."""
        report, is_on = self.report, self.row.enabled
        return {
            "status": self.status,
            "since": report.since if is_on else None,
            "checked_at": report.checked_at,
            "response_time_ms": report.response_time_ms if is_on else None,
            "error": report.error if is_on else "",
            "behind": report.behind if is_on else "",
            "in_maintenance": report.in_maintenance,
            "certificate_expires_at": report.certificate_expires_at if is_on else None,
        }


def heartbeat_url(service: WatchedService) -> str | None:
    """Return the address that the job of a heartbeat calls, None of other kinds."""
    if service.kind != WatchedService.Kind.HEARTBEAT:
        return None
    return f"{settings.PUBLIC_URL}/heartbeat/{service.heartbeat_key}"


def watched_services(wanted: Wanted, *, at: datetime, with_keys: bool) -> list[Watched]:
    """Return the services that are asked for, by name, disabled ones too."""
    rows = WatchedService.objects.select_related("state").order_by("name")
    if wanted.tags:
        rows = rows.filter(tags__contains=list(wanted.tags))
    if wanted.owner is not None:
        rows = rows.filter(owner__iexact=wanted.owner)
    if wanted.kinds:
        rows = rows.filter(kind__in=wanted.kinds)
    found = _beside(rows, at=at, with_keys=with_keys)
    return [each for each in found if not wanted.statuses or each.status in wanted.statuses]


def one_watched_service(name: str, *, at: datetime, with_key: bool) -> Watched:
    """Return one service by either of its names. Raises ServiceNotWatchedError, which lists those there are."""
    row = WatchedService.objects.select_related("state").get(pk=watched_name(name))
    (found,) = _beside([row], at=at, with_keys=with_key)
    return found


def watched_name(name: str) -> str:
    """Return the short name for either name of a service, disabled or not. Raises ServiceNotWatchedError."""
    return short_name_of(name, dict(WatchedService.objects.values_list("name", "service_name")))


def history_of(name: str, start: datetime, end: datetime) -> QuerySet[ServiceHealth]:
    """Return what was found about a service from `start` to before `end`, the newest first."""
    rows = ServiceHealth.objects.filter(service_name=watched_name(name))
    return rows.filter(checked_at__gte=start, checked_at__lt=end).order_by("-checked_at")


def flips_of(name: str, start: datetime, end: datetime) -> QuerySet[ServiceFlip]:
    """Return the changes of status of a service from `start` to before `end`, the newest first."""
    rows = ServiceFlip.objects.filter(service_name=watched_name(name))
    return rows.filter(at__gte=start, at__lt=end).order_by("-at")


def _beside(rows: Iterable[WatchedService], *, at: datetime, with_keys: bool) -> list[Watched]:
    services = list(rows)
    planned = in_maintenance([service.service_name for service in services], at)
    needs = needs_by_place()
    return [
        Watched(
            service,
            report_of(service, at=at, planned=service.service_name in planned),
            needs.get(place(service.service_name), ()),
            heartbeat_url(service) if with_keys else None,
        )
        for service in services
    ]
