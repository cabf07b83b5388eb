"""Reads of public services: where each stands, and its last 90 days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F, Sum
from django.db.models.functions import TruncDate

from health.models import ServiceState, SlaBucket, SlaMetric, WatchedService
from health.status import Level
from health.statuspage.bars import DAYS, Spans, days_until
from health.statuspage.document import Maintenance, PublicIncident, PublicService, in_order
from health.statuspage.stage import Seen, state_of

_DAY = timedelta(days=1)
_Days = dict[date, Spans]


@dataclass(frozen=True, slots=True)
class Told:
    """What people have said that bears on the services, by their public names."""

    incidents: Sequence[PublicIncident]
    maintenance: Sequence[Maintenance]

    def impacts_on(self, name: str) -> list[str]:
        """Return the impacts of the open incidents that name the service."""
        return [each.impact for each in self.incidents if each.is_open and name in each.services]

    def is_maintained(self, name: str, at: datetime) -> bool:
        """Tell whether announced maintenance of the service is under way."""
        return any(name in each.services and each.is_running(at) for each in self.maintenance)


def public_rows() -> list[WatchedService]:
    """Return the services that the public may see, with their standing."""
    rows = WatchedService.objects.filter(is_public=True, enabled=True)
    return list(rows.select_related("state"))


def public_name(row: WatchedService) -> str:
    """Return the name under which the public knows a service."""
    return row.public_name or row.name


def public_services(
    rows: Sequence[WatchedService], told: Told, *, at: datetime
) -> list[PublicService]:
    """Return the services as the page shows them, by group and place."""
    today = at.astimezone(UTC).date()
    days = _days_of(rows, today)
    return in_order((row.public_order, _service(row, days[row.name], told, at)) for row in rows)


def _service(row: WatchedService, days: _Days, told: Told, at: datetime) -> PublicService:
    name = public_name(row)
    state = state_of(
        _seen(row, at),
        in_maintenance=told.is_maintained(name, at),
        impacts=told.impacts_on(name),
    )
    today = at.astimezone(UTC).date()
    return PublicService(row.name, name, row.public_group, state, days_until(today, days))


def _seen(row: WatchedService, at: datetime) -> Seen | None:
    state: ServiceState | None = getattr(row, "state", None)  # a reverse one-to-one may be missing
    if state is None:
        return None
    return Seen(
        Level(state.status),
        is_fresh=at - state.checked_at <= row.stale_after,
        is_behind=bool(state.behind),
        is_unconfirmed=state.consecutive_failures > 0,
    )


def _days_of(rows: Iterable[WatchedService], today: date) -> Mapping[str, _Days]:
    """Return the days of each service by its short name: whole days as the midnight task kept them.

    Today, and yesterday until that task has run, are added up from their buckets.
    """
    short_names = {row.service_name: row.name for row in rows}
    since = _midnight(today - (DAYS - 1) * _DAY)
    days: dict[str, _Days] = defaultdict(dict)
    for (name, on), spans in _bucket_days(short_names.values(), _midnight(today - _DAY)):
        days[name][on] = spans
    kept = SlaMetric.objects.filter(
        service_name__in=short_names,
        period_start__gte=since,
        period_start__lt=_midnight(today),
        period_end=F("period_start") + _DAY,
    )
    for metric in kept:
        days[short_names[metric.service_name]][metric.period_start.date()] = Spans(
            metric.up_ms, metric.down_ms, metric.maintenance_ms, metric.degraded_ms
        )
    return days


def _bucket_days(names: Iterable[str], since: datetime) -> Iterable[tuple[tuple[str, date], Spans]]:
    sums = (
        SlaBucket.objects.filter(service_name__in=names, starts_at__gte=since)
        .order_by()
        .annotate(on=TruncDate("starts_at", tzinfo=UTC))
        .values("service_name", "on")
        .annotate(
            up=Sum("up_ms"),
            down=Sum("down_ms"),
            maintenance=Sum("maintenance_ms"),
            degraded=Sum("degraded_ms"),
        )
    )
    for row in sums:
        spans = Spans(row["up"], row["down"], row["maintenance"], row["degraded"])
        yield (row["service_name"], row["on"]), spans


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
