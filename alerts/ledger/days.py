"""Reads one day of the ledger: messages whose status became final in it, tries that were recorded in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from alerts.ledger.chain import digest_of, line
from alerts.models import Notification, NotificationAttempt
from alerts.models.alert import Source

# All there is. A column that is added later goes into the lines of rows in which it has a value, or the days that
# were sealed before could not be verified any more.
NOTIFICATION_COLUMNS = (
    "id",
    "alert_id",
    "transition_seq",
    "kind",
    "step",
    "channel",
    "recipient",
    "dedup_key",
    "severity",
    "payload",
    "status",
    "attempts",
    "postponements",
    "asked_to_wait_seconds",
    "due_at",
    "first_tried_at",
    "rung_at",
    "lease_token",
    "in_doubt",
    "provider_ref",
    "group_key",
    "carried_by_id",
    "held_by",
    "held_for",
    "held_at",
    "reason",
    "created_at",
    "sent_at",
    "settled_at",
)
ATTEMPT_COLUMNS = ("id", "notification_id", "at", "outcome", "detail", "latency_ms", "recorded_at")
_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class DayDigest:
    """What a day of the ledger comes to."""

    notifications: int
    attempts: int
    digest: str


def digest_of_day(day: date) -> DayDigest:
    """Return the digest of the rows of a UTC day, by the clock of the database; reads them all, holds few."""
    counted = {"notification": 0, "attempt": 0}

    def lines() -> Iterator[bytes]:
        for table, rows in _tables(day):
            for row in rows:
                counted[table] += 1
                yield line(table, row)

    digest = digest_of(lines())
    return DayDigest(counted["notification"], counted["attempt"], digest)


def settled_in(day: date) -> QuerySet[Notification]:
    """Return the messages of a day. The canary measures the road and is no message; its rows are deleted."""
    start, end = _bounds(day)
    rows = Notification.objects.filter(settled_at__gte=start, settled_at__lt=end)
    return rows.exclude(alert__source=Source.CANARY).order_by("settled_at", "id")


def tried_in(day: date) -> QuerySet[NotificationAttempt]:
    """Return the tries of a day."""
    start, end = _bounds(day)
    rows = NotificationAttempt.objects.filter(recorded_at__gte=start, recorded_at__lt=end)
    return rows.exclude(notification__alert__source=Source.CANARY).order_by("recorded_at", "id")


def first_day() -> date | None:
    """Return the day on which the ledger begins, None while it is empty."""
    settled = Notification.objects.filter(settled_at__isnull=False).order_by("settled_at")
    tried = NotificationAttempt.objects.order_by("recorded_at")
    firsts = [
        settled.values_list("settled_at", flat=True).first(),
        tried.values_list("recorded_at", flat=True).first(),
    ]
    return min((each.astimezone(UTC).date() for each in firsts if each), default=None)


def _tables(day: date) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    yield "notification", settled_in(day).values(*NOTIFICATION_COLUMNS).iterator(_CHUNK)
    yield "attempt", tried_in(day).values(*ATTEMPT_COLUMNS).iterator(_CHUNK)


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(), UTC)
    return start, start + timedelta(days=1)
