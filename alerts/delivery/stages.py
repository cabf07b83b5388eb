"""Reasons not to send a message that is due, each with a name; asked after the claim, before the send."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from alerts.models import Alert, Notification
from alerts.models.notification import Kind, Status
from alerts.outbox import OVERTAKEN, UNHEARD


@dataclass(frozen=True, slots=True)
class Hold:
    """The final status of a message that is not sent, and why."""

    status: Status
    reason: str


Stage = Callable[[Notification], Hold | None]


def reason_to_hold(notification: Notification) -> Hold | None:
    """Return the first reason not to send it, None if it is to be sent."""
    for stage in STAGES:
        hold = stage(notification)
        if hold is not None:
            return hold
    return None


def overtaken(notification: Notification) -> Hold | None:
    """A firing that is over and was certainly never heard is news of yesterday."""
    if notification.kind != Kind.FIRING or notification.in_doubt:
        return None
    if notification.alert.state != Alert.State.RESOLVED:
        return None
    return Hold(Status.SUPERSEDED, OVERTAKEN)


def unheard(notification: Notification) -> Hold | None:
    """A resolution is no news to who was never told that the alert fires.

    When it is claimed, no earlier message to the recipient is owed any more: what became of the
    firing is certain, unless a try of it ended without an answer.
    """
    if notification.kind != Kind.RESOLVED:
        return None
    told = Notification.objects.filter(
        Q(status=Status.SENT) | Q(in_doubt=True),
        alert=notification.alert,
        channel=notification.channel,
        recipient=notification.recipient,
        kind=Kind.FIRING,
    )
    return None if told.exists() else Hold(Status.SUPERSEDED, UNHEARD)


STAGES: tuple[Stage, ...] = (overtaken, unheard)
