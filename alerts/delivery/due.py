"""Which messages are due, by the clock of the database, and which a worker should be called to."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now

from alerts.delivery.channel_gate import closed_channels
from alerts.models import Notification
from alerts.models.choices import Severity
from alerts.models.notification import OWED

# A message is called for by whoever owes it; the sweep waits this long before it calls for it too,
RING_AFTER = timedelta(seconds=1)
# and this long before it calls again: calls must not pile up while all workers are busy.
RING_AGAIN_AFTER = timedelta(seconds=10)

MOST_SEVERE_FIRST = Case(
    When(severity=Severity.CRITICAL, then=Value(0)),
    When(severity=Severity.WARNING, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def due_ids(*, limit: int) -> list[int]:
    """Return messages that can be claimed now by the clock of the database, the most severe first."""
    return list(_in_order(claimable()).values_list("pk", flat=True)[:limit])


def ids_to_ring(*, limit: int) -> list[int]:
    """Return overdue messages that a worker should be called to, and note that it was.

    Each is returned at most once in RING_AGAIN_AFTER, however often and by however many this runs.
    """
    silent = Q(rung_at=None) | Q(rung_at__lte=Now() - RING_AGAIN_AFTER)
    overdue = claimable().filter(silent, due_at__lte=Now() - RING_AFTER)
    with transaction.atomic():
        rows = _in_order(overdue).select_for_update(skip_locked=True, no_key=True)
        ids = list(rows.values_list("pk", flat=True)[:limit])
        Notification.objects.filter(pk__in=ids).update(rung_at=Now())
    return ids


def claimable() -> QuerySet[Notification]:
    """Owed, due and first in its turn, of a channel that may send, and not a part of another message."""
    carrier = Notification.objects.filter(pk=OuterRef("carried_by"), status__in=OWED)
    return in_turn().filter(
        ~Exists(carrier), ~Exists(closed_channels()), status__in=OWED, due_at__lte=Now()
    )


def in_turn() -> QuerySet[Notification]:
    """Messages before which nothing is owed to the same recipient about the same alert."""
    sooner = Q(transition_seq__lt=OuterRef("transition_seq")) | Q(
        transition_seq=OuterRef("transition_seq"), step__lt=OuterRef("step")
    )
    earlier = Notification.objects.filter(
        sooner,
        alert=OuterRef("alert"),
        channel=OuterRef("channel"),
        recipient=OuterRef("recipient"),
        transition_seq__lte=OuterRef("transition_seq"),
        status__in=OWED,
    )
    return Notification.objects.filter(~Exists(earlier))


def _in_order(rows: QuerySet[Notification]) -> QuerySet[Notification]:
    return rows.order_by(MOST_SEVERE_FIRST, F("due_at"), "pk")
