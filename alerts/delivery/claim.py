"""Who may send a message, and what else it speaks for: a lease in the database decides, by its own clock."""

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Now

from alerts.delivery.bundle import members_of, one_at_a_time
from alerts.delivery.channel_gate import take_token
from alerts.delivery.due import claimable
from alerts.models import Notification
from alerts.models.notification import Status


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one message until its lease ends; `token` proves it."""

    notification: Notification
    token: UUID
    claimed_at: datetime
    """By the clock of the database."""
    started: float
    """By the monotonic clock of this process, read before the claim: the lease began no earlier."""
    members: tuple[Notification, ...] = ()
    """Further messages that the same one speaks for, under the same lease."""

    @property
    def rows(self) -> tuple[Notification, ...]:
        """All messages that it speaks for, its own first."""
        return (self.notification, *self.members)

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the claim at most."""
        return time.monotonic() - self.started

    def covers(self, duration: timedelta) -> bool:
        """Tell whether something that takes `duration` would end within the lease."""
        return self.elapsed_seconds + duration.total_seconds() <= lease().total_seconds()

    def trying_for(self, row: Notification) -> timedelta:
        """How long ago the first try of one of its messages began."""
        before = self.claimed_at - (row.first_tried_at or self.claimed_at)
        return before + timedelta(seconds=self.elapsed_seconds)

    def delay_seconds(self, row: Notification) -> float:
        """Seconds since one of its messages was to be sent: owed, its cooldown over, its group told."""
        owed = row.created_at
        start = max(owed, row.alert.notify_at or owed)
        if row.group_key:
            start += settings.ALERT_GROUP_WAIT
        return max((self.claimed_at - start).total_seconds(), 0.0) + self.elapsed_seconds

    def without(self, gone: Collection[int]) -> "Claim | None":
        """Return the claim on what is left; the first of that speaks for the rest. None if nothing is left."""
        left = [row for row in self.rows if row.pk not in gone]
        return replace(self, notification=left[0], members=tuple(left[1:])) if left else None


def lease() -> timedelta:
    """Return how long a claim lasts: at least twice the longest send, whatever the settings say."""
    return max(settings.NOTIFICATION_LEASE, 2 * settings.NOTIFICATION_SEND_TIMEOUT)


def take(notification_id: int) -> Claim | None:
    """Claim a message that is due, with all that it may speak for; None if there is nothing to send.

    The claim is committed when this returns, so it may not be called inside a transaction. A lease
    that has ended is taken over: nobody knows how far its sender came, so the message is in doubt.
    Waits for the claims of its group and then for the one row, for no other message: two claims never wait in a circle.
    """
    token, started = uuid4(), time.monotonic()
    with transaction.atomic(durable=True):
        one_at_a_time(notification_id)
        rows = claimable().select_for_update(no_key=True)
        leader = rows.filter(pk=notification_id).first()
        tokens_left = take_token(leader.channel) if leader else None
        if leader is None or tokens_left is None:
            return None
        ids = [leader.pk, *members_of(leader, tokens_left)]
        _lease(ids, token)
        claimed, now = _read(ids)
    return Claim(claimed[0], token, now, started, tuple(claimed[1:]))


def _lease(ids: list[int], token: UUID) -> None:
    Notification.objects.filter(pk__in=ids).update(
        status=Status.LEASED,
        lease_token=token,
        attempts=F("attempts") + 1,
        due_at=Now() + lease(),
        first_tried_at=Coalesce(F("first_tried_at"), Now()),
        rung_at=None,
        in_doubt=Case(When(status=Status.LEASED, then=Value(True)), default=F("in_doubt")),
        carried_by=carrier(ids),
    )


def carrier(ids: list[int]) -> Case:
    """Return who speaks for each of the rows: the first for the others."""
    return Case(When(pk=ids[0], then=Value(None)), default=Value(ids[0]))


def _read(ids: list[int]) -> tuple[list[Notification], datetime]:
    """Return the rows in the order of the ids, and the instant by the clock of the database."""
    rows = Notification.objects.select_related("alert").annotate(database_now=Now())
    found = {row.pk: row for row in rows.filter(pk__in=ids)}
    return [found[pk] for pk in ids], found[ids[0]].database_now
