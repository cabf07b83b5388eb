"""Reads of the ledger for people: messages that match, one with all that is known of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Q, QuerySet

from alerts.errors import NotificationNotFoundError
from alerts.models import Notification
from alerts.models.alert import Source


@dataclass(frozen=True, slots=True)
class NotificationFilter:
    """Which messages are asked for; an empty field asks for all."""

    statuses: Collection[str] = ()
    kinds: Collection[str] = ()
    severities: Collection[str] = ()
    channel: str = ""
    alert_id: UUID | None = None
    start: datetime | None = None
    end: datetime | None = None


def notifications_matching(wanted: NotificationFilter) -> QuerySet[Notification]:
    """Return messages, the newest first; `start` and `end` bound when they were owed, both included.

    The canary's are left out unless its alert is asked for: there is one each minute.
    """
    condition = Q()
    for column, values in (
        ("status", wanted.statuses),
        ("kind", wanted.kinds),
        ("severity", wanted.severities),
    ):
        if values:
            condition &= Q((f"{column}__in", values))
    if wanted.channel:
        condition &= Q(channel=wanted.channel)
    if wanted.start is not None:
        condition &= Q(created_at__gte=wanted.start)
    if wanted.end is not None:
        condition &= Q(created_at__lte=wanted.end)
    if wanted.alert_id is not None:
        condition &= Q(alert=wanted.alert_id)
    else:
        condition &= ~Q(alert__source=Source.CANARY)
    rows = Notification.objects.filter(condition).select_related("alert")
    return rows.order_by("-created_at", "-pk")


def notification_by_id(notification_id: int) -> Notification:
    """Return one message with its tries and receipts. Raises NotificationNotFoundError."""
    rows = Notification.objects.select_related("alert").prefetch_related("tries", "receipts")
    row = rows.filter(pk=notification_id).first()
    if row is None:
        raise NotificationNotFoundError(f"no notification {notification_id}")
    return row


def shown_recipient(recipient: str) -> str:
    """Return the recipient as people may see it: of a URL only the host, since its path may be the secret."""
    parts = urlsplit(recipient) if "://" in recipient else None
    return f"{parts.scheme}://{parts.hostname or ''}" if parts else recipient
