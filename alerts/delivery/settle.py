"""Writes down how a try ended, if the right to send still holds: a sender that came too late changes nothing."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from alerts.channels.base import Receipt
from alerts.delivery.claim import Claim
from alerts.models import Notification, NotificationAttempt
from alerts.models.attempt import Outcome
from alerts.models.notification import OPEN, Status
from monitoring.exposition.instruments import count, observe

logger = logging.getLogger(__name__)

LONGEST_TEXT = 500
_LONGEST_REFERENCE = 255

_EVENTS = {
    Status.SENT: (logging.INFO, "notification sent"),
    Status.PENDING: (logging.WARNING, "notification postponed"),
    Status.HELD: (logging.INFO, "notification hidden"),
    Status.FAILED: (logging.ERROR, "notification refused"),
    Status.DEAD: (logging.ERROR, "notification given up"),
    Status.SUPERSEDED: (logging.INFO, "notification superseded"),
}


@dataclass(frozen=True, slots=True)
class Try:
    """When a try began, by the sender's clock, and how long it took."""

    at: datetime
    latency_ms: float


def settle_sent(claim: Claim, receipt: Receipt, tried: Try) -> Status | None:
    """Record that the other side took the message, for all it spoke for; return its status, None if fenced."""
    changes = {
        "provider_ref": receipt.reference[:_LONGEST_REFERENCE],
        "sent_at": tried.at,
        "reason": "",
    }
    with transaction.atomic():
        kept = held_by(claim)
        finish(kept, Status.SENT, changes)
        record_tries(claim, kept, dict.fromkeys(kept, Outcome.SENT), receipt.reply, tried)
    for row in claim.rows:
        if row.pk in kept and row.held_at is None:
            labels = {"channel": row.channel}
            observe("notification_delay_seconds", labels, claim.delay_seconds(row))
    statuses = dict.fromkeys(kept, (Status.SENT, Outcome.SENT.value, receipt.reply))
    return report(claim, statuses, fenced_result="sent")


def held_by(claim: Claim) -> list[int]:
    """Lock the messages that the claim still holds and return them; after its lease it does until another claims."""
    mine = Notification.objects.filter(
        pk__in=[row.pk for row in claim.rows], lease_token=claim.token, status=Status.LEASED
    )
    locked = mine.order_by("pk").select_for_update(no_key=True)
    return list(locked.values_list("pk", flat=True))


def finish(ids: Collection[int], status: Status, changes: Mapping[str, Any]) -> None:
    """Give locked messages their status and take back their lease."""
    settled = {} if status in OPEN else {"settled_at": Now()}
    rows = Notification.objects.filter(pk__in=ids)
    rows.update(status=status, lease_token=None, **settled, **changes)


def record_tries(
    claim: Claim,
    kept: Collection[int],
    outcomes: Mapping[int, Outcome],
    detail: str,
    tried: Try,
) -> None:
    """Add the try to the ledger of each message, unless a lost one was deleted meanwhile with its alert."""
    lost = [row.pk for row in claim.rows if row.pk not in kept]
    known = set(Notification.objects.filter(pk__in=lost).values_list("pk", flat=True))
    NotificationAttempt.objects.bulk_create(
        NotificationAttempt(
            notification_id=row.pk,
            at=tried.at,
            outcome=outcomes[row.pk] if row.pk in kept else Outcome.FENCED,
            detail=detail[:LONGEST_TEXT],
            latency_ms=tried.latency_ms,
        )
        for row in claim.rows
        if row.pk in kept or row.pk in known
    )


def report(
    claim: Claim, statuses: Mapping[int, tuple[Status, str, str]], *, fenced_result: str
) -> Status | None:
    """Count and log each message: its status, outcome and detail; return that of the first, None if fenced.

    A message given up counts as `dead`, whatever its last try was.
    """
    for row in claim.rows:
        if row.pk in statuses:
            status, outcome, detail = statuses[row.pk]
            outcome = status.value if status == Status.DEAD else outcome
            level, event = _EVENTS[status]
        else:
            outcome, detail = "fenced", f"dropped result: {fenced_result}"
            level, event = logging.WARNING, "notification fenced"
        count("notifications_total", {"channel": row.channel, "outcome": outcome})
        logger.log(level, event, extra=_fields(row, detail))
    first = statuses.get(claim.notification.pk)
    return first[0] if first else None


def _fields(row: Notification, detail: str) -> dict[str, Any]:
    """Return what a log line tells; the recipient may be an address with a secret in it."""
    return {
        "notification": row.pk,
        "alert": str(row.alert_id),
        "channel": row.channel,
        "kind": row.kind,
        "attempt": row.attempts,
        "detail": detail,
    }
