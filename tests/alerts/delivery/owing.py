"""Alerts that fire and end, what they owe, how far it is, and time that passes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from alerts.models import Alert, ChannelState, Notification
from alerts.models.notification import Kind
from alerts.outbox import owe
from tests.alerts.factories import NOON, AlertFactory

LATER = datetime(2025, 1, 12, 12, 9, tzinfo=UTC)


def owe_firing(alert: Alert, *channels: str) -> list[Notification]:
    """Owe the messages that the alert fires."""
    alert.transition_seq = 1
    return owe(alert, kind=Kind.FIRING, channels=channels or ["email"], at=NOON)


def owe_resolution(alert: Alert, *channels: str) -> list[Notification]:
    """Owe the messages that the alert is over."""
    alert.transition_seq = 2
    return owe(alert, kind=Kind.RESOLVED, channels=channels or ["email"], at=LATER)


def fire(*channels: str, **fields: Any) -> Notification:
    """Return the first message that a new alert owes."""
    return owe_firing(AlertFactory.create(transition_seq=1, **fields), *channels)[0]


def resolve(alert: Alert) -> list[Notification]:
    """End the alert and return what it owes."""
    alert.state, alert.resolved_at, alert.transition_seq = Alert.State.RESOLVED, NOON, 2
    alert.save()
    return owe(alert, kind=Kind.RESOLVED, channels=["email"], at=NOON)


def rows() -> list[tuple[str, str, str, str, str]]:
    """Kind, channel, recipient, status and reason of all rows, in the order of their ids."""
    fields = ("kind", "channel", "recipient", "status", "reason")
    return list(messages().values_list(*fields))


def messages() -> QuerySet[Notification]:
    """All messages but those that say that a channel fails, in the order of their ids."""
    return Notification.objects.exclude(alert__source="meta").order_by("pk")


def ledger(row: Notification) -> list[tuple[str, str]]:
    """Outcome and detail of all tries of a message."""
    return list(row.tries.order_by("pk").values_list("outcome", "detail"))


def state(row: Notification) -> tuple[str, int, bool]:
    """Status, tries begun, and whether it may have arrived already."""
    row.refresh_from_db()
    return row.status, row.attempts, row.in_doubt


def make_due(*, overdue: timedelta = timedelta(0)) -> None:
    """Let all waits and leases end now: the delivery goes by the clock of the database."""
    Notification.objects.filter(settled_at=None).update(due_at=Now() - overdue)
    ChannelState.objects.update(paused_until=None, next_token_at=None, tokens=1_000)


def age(by: timedelta) -> None:
    """Make all messages older, as if their first try had been that much earlier."""
    Notification.objects.update(first_tried_at=F("first_tried_at") - by)
