"""Which messages are due, and who may send one: an update in the database decides, by its own clock."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Now

from alerts.models import Notification
from alerts.models.choices import Severity
from alerts.models.notification import OWED, Status

# A message is called for by whoever owes it; the sweep waits this long before it calls for it too,
RING_AFTER = timedelta(seconds=1)
# and this long before it calls again: calls must not pile up while all workers are busy.
RING_AGAIN_AFTER = timedelta(seconds=10)

_MOST_SEVERE_FIRST = Case(
    When(severity=Severity.CRITICAL, then=Value(0)),
    When(severity=Severity.WARNING, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one message until its lease ends; `token` proves it."""

    notification: Notification
    token: UUID
    claimed_at: datetime
    """By the clock of the database."""
    started: float
    """By the monotonic clock of this process, read before the claim: the lease began no earlier."""

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the claim at most."""
        return time.monotonic() - self.started

    @property
    def trying_for(self) -> timedelta:
        """How long ago the first try of the message began."""
        before = self.claimed_at - (self.notification.first_tried_at or self.claimed_at)
        return before + timedelta(seconds=self.elapsed_seconds)

    @property
    def delay_seconds(self) -> float:
        """Seconds since the message was to be sent: since it was owed, or its cooldown ended."""
        owed = self.notification.created_at
        start = max(owed, self.notification.alert.notify_at or owed)
        return (self.claimed_at - start).total_seconds() + self.elapsed_seconds

    def covers(self, duration: timedelta) -> bool:
        """Tell whether something that takes `duration` would end within the lease."""
        return self.elapsed_seconds + duration.total_seconds() <= lease().total_seconds()


def lease() -> timedelta:
    """Return how long a claim lasts: at least twice the longest send, whatever the settings say."""
    return max(settings.NOTIFICATION_LEASE, 2 * settings.NOTIFICATION_SEND_TIMEOUT)


def take(notification_id: int) -> Claim | None:
    """Claim a message that is due and return the claim, None if there is nothing to send.

    The claim is committed when this returns, so it may not be called inside a transaction. A lease
    that has ended is taken over: nobody knows how far its sender came, so the message is in doubt.
    """
    token, started = uuid4(), time.monotonic()
    with transaction.atomic(durable=True):
        claimed = (
            _claimable()
            .filter(pk=notification_id)
            .update(
                status=Status.LEASED,
                lease_token=token,
                attempts=F("attempts") + 1,
                due_at=Now() + lease(),
                first_tried_at=Coalesce(F("first_tried_at"), Now()),
                rung_at=None,
                in_doubt=Case(When(status=Status.LEASED, then=Value(True)), default=F("in_doubt")),
            )
        )
        if not claimed:
            return None
        rows = Notification.objects.select_related("alert").annotate(database_now=Now())
        row = rows.get(pk=notification_id)
    return Claim(row, token, row.database_now, started)


def due_ids(*, limit: int) -> list[int]:
    """Return messages that can be claimed now by the clock of the database, the most severe first."""
    return list(_in_order(_claimable()).values_list("pk", flat=True)[:limit])


def ids_to_ring(*, limit: int) -> list[int]:
    """Return overdue messages that a worker should be called to, and note that it was.

    Each is returned at most once in RING_AGAIN_AFTER, however often and by however many this runs.
    """
    silent = Q(rung_at=None) | Q(rung_at__lte=Now() - RING_AGAIN_AFTER)
    overdue = _claimable().filter(silent, due_at__lte=Now() - RING_AFTER)
    with transaction.atomic():
        rows = _in_order(overdue).select_for_update(skip_locked=True)
        ids = list(rows.values_list("pk", flat=True)[:limit])
        Notification.objects.filter(pk__in=ids).update(rung_at=Now())
    return ids


def _claimable() -> QuerySet[Notification]:
    """Owed and due, with nothing owed before it to the same recipient about the same alert."""
    earlier = Notification.objects.filter(
        alert=OuterRef("alert"),
        channel=OuterRef("channel"),
        recipient=OuterRef("recipient"),
        transition_seq__lt=OuterRef("transition_seq"),
        status__in=OWED,
    )
    return Notification.objects.filter(~Exists(earlier), status__in=OWED, due_at__lte=Now())


def _in_order(rows: QuerySet[Notification]) -> QuerySet[Notification]:
    return rows.order_by(_MOST_SEVERE_FIRST, "due_at", "pk")
