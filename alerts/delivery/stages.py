"""Reasons not to send messages that are due, each with a name; asked after the claim, before the send."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.models import Alert, Notification
from alerts.models.alert import State
from alerts.models.notification import Kind, Status
from alerts.muting import Hidden, why_hidden
from alerts.outbox import OVERTAKEN, TELLING, UNHEARD
from alerts.outbox.audience import TAKEN, told_of


@dataclass(frozen=True, slots=True)
class Hold:
    """The status of a message that is not sent now, and why."""

    status: Status
    reason: str
    hidden: Hidden | None = None
    """What hides it for the time being; None if its status is final."""


Holds = Mapping[int, Hold]
"""By the id of the message."""
Stage = Callable[[Sequence[Notification], datetime], Holds]


def reasons_to_hold(rows: Sequence[Notification], *, at: datetime) -> dict[int, Hold]:
    """Return the first reason not to send it for each message that has one.

    The number of queries does not grow with the number of messages.
    """
    holds: dict[int, Hold] = {}
    for stage in STAGES:
        left = [row for row in rows if row.pk not in holds]
        if left:
            holds.update(stage(left, at))
    return holds


def overtaken(rows: Sequence[Notification], _at: datetime) -> Holds:
    """What says that an alert fires is news of yesterday once it is over, unless it may have been heard."""
    reasons = {row.pk: _overtaken(row, row.alert) for row in rows if not row.in_doubt}
    return {pk: Hold(Status.SUPERSEDED, reason) for pk, reason in reasons.items() if reason}


def unheard(rows: Sequence[Notification], _at: datetime) -> Holds:
    """A resolution is no news to who was never told that the alert fires.

    When it is claimed, no earlier message to the recipient is owed any more: what became of the
    firing is certain, unless a try of it ended without an answer.
    """
    ends = [row for row in rows if row.kind in _FOLLOWING]
    if not ends:
        return {}
    told = told_of({row.alert_id for row in ends}, [Status.SENT])
    pairs = set(told.values_list("alert_id", "channel", "recipient"))
    return {
        row.pk: Hold(Status.SUPERSEDED, UNHEARD)
        for row in ends
        if (row.alert_id, row.channel, row.recipient) not in pairs
    }


def hidden(rows: Sequence[Notification], at: datetime) -> Holds:
    """What says that an alert fires waits while a silence, a window or a cause hides it.

    Its end is no alarm, and goes to nobody but those who heard the beginning: that is never hidden.
    """
    alerts: dict[object, Alert] = {row.alert_id: row.alert for row in rows if row.kind in TELLING}
    reasons = why_hidden(list(alerts.values()), at=at) if alerts else {}
    return {
        row.pk: Hold(Status.HELD, reasons[row.alert_id].reason, reasons[row.alert_id])
        for row in rows
        if row.kind in TELLING and row.alert_id in reasons
    }


STAGES: tuple[Stage, ...] = (overtaken, unheard, hidden)
_FOLLOWING = (Kind.RESOLVED, Kind.ACKNOWLEDGED)


def _overtaken(row: Notification, alert: Alert) -> str:
    if row.kind in (*TELLING, Kind.ACKNOWLEDGED) and alert.state == State.RESOLVED:
        return OVERTAKEN
    return TAKEN if row.kind == Kind.ESCALATION and alert.acknowledged else ""
