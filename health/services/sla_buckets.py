"""Writes of 5-minute buckets: what is over is written once, and again while late news can still change it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from health.models import HealthCursor, SlaBucket, WatchedService
from health.services.sla_bucket_rows import computed_rows
from health.services.sla_days import rewrite_days, store_days
from health.sla.buckets import BUCKET, bucket_of
from health.sla.period import DAY, day_of, whole_days
from health.sla_selectors import CURSOR

# A run of failures is dated back to its first: buckets so young are computed again each time.
LATE = timedelta(hours=1)
# So much time is made up for in one go after the workers were away.
_MOST_AT_ONCE = timedelta(hours=6)
_WRITTEN = (
    *("up_ms", "down_ms", "unknown_ms", "maintenance_ms", "degraded_ms"),
    *("probes", "failed_probes", "probe_latency"),
    *("requests", "failed_requests", "request_latency"),
    *("misses_availability", "misses_latency"),
)


@transaction.atomic
def write_buckets(*, at: datetime) -> int:
    """Write the buckets that are over and not written yet, and the last hour again; return how many changed.

    Where no further bucket is over, nothing is done. After a pause of the workers each call makes up for six
    hours. Older buckets stay as they are, so that a report of the past does not change when a window is edited.
    """
    cursor = _held_cursor(at)
    until = min(bucket_of(at), cursor.at + _MOST_AT_ONCE)
    if until <= cursor.at:
        return 0
    changed = 0
    for late, services in _by_lateness(WatchedService.objects.all()).items():
        start = bucket_of(cursor.at - late)
        changed += _rewrite(services, start, until, look_until=min(at, until + late))
    cursor.at = until
    cursor.save(update_fields=["at"])
    return changed


def rebuildable_days(start: datetime, end: datetime, *, at: datetime) -> list[datetime]:
    """Return the midnights of the days (UTC) between the two that can be computed anew: all their probes are kept.

    One more day is left out at the far end, because the probe before midnight holds into the day.
    """
    oldest = day_of(at - settings.HEALTH_RETENTION) + 2 * DAY
    return whole_days(max(start, oldest), min(end, day_of(at)))


@transaction.atomic
def rebuild_day(day: datetime, *, at: datetime) -> int:
    """Compute the buckets of a day that is over, and its row, from the probes there are; return what changed."""
    _held_cursor(at)
    changed = 0
    services = list(WatchedService.objects.all())
    for late, group in _by_lateness(services).items():
        changed += _rewrite(group, day, day + DAY, look_until=min(at, day + DAY + late))
    store_days((service, day) for service in services)
    return changed


def late_by(service: WatchedService) -> timedelta:
    """Return for how long a later probe may change what a bucket says: an hour, more where probes are rare."""
    interval = settings.HEALTH_CHECK_INTERVAL
    if service.interval_seconds:
        interval = timedelta(seconds=service.interval_seconds)
    failures = service.failures_before_flip or settings.PROBE_FAILURES_BEFORE_FLIP
    return max(LATE, failures * interval + BUCKET)


def _by_lateness(services: Iterable[WatchedService]) -> Mapping[timedelta, list[WatchedService]]:
    groups: defaultdict[timedelta, list[WatchedService]] = defaultdict(list)
    for service in services:
        groups[late_by(service)].append(service)
    return groups


def _rewrite(
    services: Sequence[WatchedService], start: datetime, end: datetime, *, look_until: datetime
) -> int:
    """Store the buckets from `start` to before `end` that differ from what is stored; days with a row follow."""
    names = [service.name for service in services]
    stored = {
        (row.service_name, row.starts_at): row
        for row in SlaBucket.objects.filter(
            service_name__in=names, starts_at__gte=start, starts_at__lt=end
        )
    }
    rows = computed_rows(services, start, end, until=look_until)
    changed = [row for row in rows if _differs(row, stored.get((row.service_name, row.starts_at)))]
    SlaBucket.objects.bulk_create(
        changed,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["service_name", "starts_at"],
        update_fields=[*_WRITTEN, "computed_at"],
    )
    rewrite_days(services, ((row.service_name, row.starts_at) for row in changed))
    return len(changed)


def _differs(row: SlaBucket, stored: SlaBucket | None) -> bool:
    return stored is None or any(getattr(row, name) != getattr(stored, name) for name in _WRITTEN)


def _held_cursor(at: datetime) -> HealthCursor:
    """Return the cursor, locked: who writes buckets is alone."""
    HealthCursor.objects.get_or_create(name=CURSOR, defaults={"at": bucket_of(at)})
    return HealthCursor.objects.select_for_update().get(name=CURSOR)
