"""Care of the table `segment`: its next days exist before they are needed, its old ones are dropped."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from monitoring.storage import days, locks, retention
from monitoring.storage.window import MAX_AHEAD

DAYS_AHEAD = 7


@dataclass(frozen=True, slots=True)
class MaintenanceReport:
    """What one run did. `postponed` names days that a reader held on to; the next run tries again."""

    created: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    postponed: tuple[str, ...] = ()
    forgotten_requests: int = 0
    is_busy: bool = False


def maintain(at: datetime) -> MaintenanceReport:
    """Create the days from that of `at` to a week ahead, and drop those beyond METRICS_RETENTION.

    A day goes once all of its samples are too old. Request keys that no one will repeat go too. Safe to
    repeat, and for two at once: the second finds the first at work and only says so. Raises
    HeldElsewhereError if a day could not be created, RuntimeError or ProgrammingError within a
    transaction.
    """
    with locks.alone(locks.MAINTENANCE) as is_alone:
        if not is_alone:
            return MaintenanceReport(is_busy=True)
        today = days.day_of(at)
        ahead = [today + timedelta(days=number) for number in range(DAYS_AHEAD + 1)]
        created = [days.name_of(day) for day in ahead if days.create(day)]
        # The newest sample of a day may be that much newer than its last receipt.
        oldest_kept = days.day_of(at - settings.METRICS_RETENTION - MAX_AHEAD)
        dropped, postponed = retention.drop_days_before(oldest_kept)
        forgotten = retention.forget_requests(at - settings.IDEMPOTENCY_RETENTION)
    return MaintenanceReport(tuple(created), tuple(dropped), tuple(postponed), forgotten)


def ensure_day(at: datetime) -> bool:
    """Create the partition for samples received at that instant; return whether it was missing."""
    return days.create(days.day_of(at))
