"""Writes what is owed: rows in the transaction of the transition, so that neither exists without the other."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from alerts.channels import registry
from alerts.messages import freeze
from alerts.models import Alert, Notification
from alerts.models.notification import OWED, Kind, Status
from monitoring.exposition.instruments import count

OVERTAKEN = "over before it was sent"
UNHEARD = "nobody was told here that it fired"


@dataclass(frozen=True, slots=True)
class _Due:
    """One thing owed: by which channel, to whom; final at once if it cannot or need not be sent."""

    channel: str
    recipient: str = ""
    status: Status = Status.PENDING
    reason: str = ""


Owing = tuple[Alert, Sequence[str]]
"""An alert whose state has just changed, and the channels of its rule."""


def owe(alert: Alert, *, kind: Kind, channels: Sequence[str], at: datetime) -> list[Notification]:
    """Write what one alert owes; see `owe_all`."""
    return owe_all([(alert, channels)], kind=kind, at=at)


def owe_all(owing: Sequence[Owing], *, kind: Kind, at: datetime) -> list[Notification]:
    """Write one row for each recipient on each channel and return those that wait to be sent.

    To be called in the transaction that changes the alerts, after their `transition_seq` have
    grown. A repeat for the same transition writes nothing. A channel that cannot be used leaves a
    row that says why. The number of statements does not grow with the number of alerts.

    A resolution is owed to those who were told, or may yet be told, that the alert fires: a firing
    that nobody has tried to send is overtaken, and who was not told of it hears of neither.
    """
    audience: Mapping[UUID, Sequence[_Due]] = {}
    if kind == Kind.RESOLVED:
        ids = [alert.pk for alert, _ in owing]
        _overtake(ids)
        audience = _audience(ids)
    rows = []
    for alert, channels in owing:
        dues = _to_tell(channels)
        if kind == Kind.RESOLVED:
            dues = _to_resolve(audience.get(alert.pk, ()), dues)
        payload = freeze(alert, kind=kind, channels=channels, at=at)
        rows += [_row(alert, kind, alert.transition_seq, payload, due) for due in dues]
    return _write(rows)


def owe_instead(refused: Notification, channel: str) -> list[Notification]:
    """Write, for a message that its channel refused for good, the same message on another channel."""
    payload = {**refused.payload, "instead_of": refused.channel}
    kind, number = Kind(refused.kind), refused.transition_seq
    return _write([_row(refused.alert, kind, number, payload, due) for due in _to_tell([channel])])


def dedup_key(alert_id: UUID, transition_seq: int, kind: str, channel: str, recipient: str) -> str:
    """Return the name of one thing owed, which no second row may carry."""
    text = "|".join([str(alert_id), str(transition_seq), kind, channel, recipient])
    return hashlib.sha256(text.encode()).hexdigest()


def _to_tell(channels: Sequence[str]) -> list[_Due]:
    return [due for channel in dict.fromkeys(channels) for due in _recipients_of(channel)]


def _recipients_of(channel: str) -> list[_Due]:
    problem = registry.why_unusable(channel)
    if problem:
        return [_Due(channel, status=Status.SUPPRESSED, reason=problem)]
    recipients = dict.fromkeys(registry.CHANNELS[channel].recipients())
    return [_Due(channel, recipient) for recipient in recipients]


def _overtake(alert_ids: Sequence[UUID]) -> None:
    """Take back firings that nobody has begun to send.

    A sender that claims one at this moment holds the row: then this update waits for it, sees that
    it is leased and leaves it alone.
    """
    waiting = Notification.objects.filter(
        alert__in=alert_ids, kind=Kind.FIRING, status=Status.PENDING, in_doubt=False
    )
    channels = list(waiting.values_list("channel", flat=True))
    if waiting.update(status=Status.SUPERSEDED, reason=OVERTAKEN):
        for channel in channels:
            _count_on_commit(channel, Status.SUPERSEDED)


def _audience(alert_ids: Sequence[UUID]) -> dict[UUID, list[_Due]]:
    """Return who knows, or may know, that the alerts fire."""
    told = Notification.objects.filter(
        Q(status__in=[Status.SENT, *OWED]) | Q(in_doubt=True),
        alert__in=alert_ids,
        kind=Kind.FIRING,
    )
    audience: dict[UUID, list[_Due]] = defaultdict(list)
    for row in told.order_by("pk").only("alert_id", "channel", "recipient"):
        audience[row.alert_id].append(_Due(row.channel, row.recipient))
    return audience


def _to_resolve(audience: Iterable[_Due], others: Iterable[_Due]) -> list[_Due]:
    """Return whom to tell that it is over: those of the firing, and not the rule's recipients of now."""
    dues = {(due.channel, due.recipient): due for due in audience}
    for due in others:
        unheard = _Due(due.channel, due.recipient, Status.SUPERSEDED, UNHEARD)
        dues.setdefault((due.channel, due.recipient), unheard)
    return list(dues.values())


def _row(alert: Alert, kind: Kind, number: int, payload: dict[str, Any], due: _Due) -> Notification:
    return Notification(
        alert=alert,
        transition_seq=number,
        kind=kind,
        channel=due.channel,
        recipient=due.recipient,
        dedup_key=dedup_key(alert.pk, number, kind, due.channel, due.recipient),
        severity=alert.severity,
        payload=payload,
        status=due.status,
        reason=due.reason,
    )


def _write(rows: Sequence[Notification]) -> list[Notification]:
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)
    for row in rows:
        if row.status != Status.PENDING:
            _count_on_commit(row.channel, Status(row.status))
    keys = [row.dedup_key for row in rows]
    waiting = Notification.objects.filter(dedup_key__in=keys, status=Status.PENDING)
    return list(waiting.defer("payload").order_by("pk"))


def _count_on_commit(channel: str, status: Status) -> None:
    labels = {"channel": channel, "outcome": status.value}
    transaction.on_commit(partial(count, "notifications_total", labels))
