"""The rows of the outbox: how one is named, filled in and written."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from alerts.models import Alert, Notification
from alerts.models.notification import OPEN, Kind, Status
from alerts.outbox.dues import STREAM, Due
from monitoring.exposition.instruments import count


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told about an alert: which transition, of what kind, which step of it, in which words."""

    alert: Alert
    kind: Kind
    payload: dict[str, Any]
    number: int
    """The alert's transition."""
    step: int = 0


def dedup_key(
    alert_id: UUID, transition_seq: int, kind: str, step: int, channel: str, recipient: str
) -> str:
    """Return the name of one thing owed, which no second row may carry."""
    text = "|".join([str(alert_id), str(transition_seq), kind, str(step), channel, recipient])
    return hashlib.sha256(text.encode()).hexdigest()


def rows_of(telling: Telling, dues: Sequence[Due]) -> list[Notification]:
    """Return unsaved rows, one for each due; the row for the stream names those whom our channels tell."""
    told = sorted({due.channel for due in dues if due.waits and due.channel != STREAM})
    return [_row(telling, due, told) for due in dues]


def write(rows: Sequence[Notification]) -> list[Notification]:
    """Write rows, leave out those that exist, and return those that wait to be sent."""
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    for row in rows:
        if row.status != Status.PENDING:
            count_on_commit(row.channel, Status(row.status))
    keys = [row.dedup_key for row in rows]
    waiting = Notification.objects.filter(dedup_key__in=keys, status=Status.PENDING)
    return list(waiting.defer("payload").order_by("pk"))


def count_on_commit(channel: str, status: Status) -> None:
    """Count a message that is final without being sent, once that is committed."""
    labels = {"channel": channel, "outcome": status.value}
    transaction.on_commit(partial(count, "notifications_total", labels))


def _row(telling: Telling, due: Due, told: Sequence[str]) -> Notification:
    alert, payload = telling.alert, telling.payload
    if due.channel == STREAM:
        payload = {**payload, "notified_channels": list(told)}
    return Notification(
        alert=alert,
        transition_seq=telling.number,
        kind=telling.kind,
        step=telling.step,
        channel=due.channel,
        recipient=due.recipient,
        dedup_key=dedup_key(
            alert.pk, telling.number, telling.kind, telling.step, due.channel, due.recipient
        ),
        severity=alert.severity,
        payload=payload,
        status=due.status,
        reason=due.reason,
        settled_at=None if due.status in OPEN else Now(),
    )
