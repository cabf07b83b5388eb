"""What an acknowledgement changes on the row of an alert: who has it, and that its chain of escalation rests."""

from datetime import datetime

from alerts.escalation.chain import Chain, paused, resumed
from alerts.escalation.reminding import remind_due
from alerts.models import Alert

_FIELDS = (
    "acknowledged",
    "acknowledged_by",
    "acknowledged_at",
    "acknowledged_via",
    "escalation",
    "next_step_at",
    "remind_at",
    "updated_at",
)


def give(alert: Alert, *, to: str, at: datetime, via: str) -> None:
    """Write that a person has the alert, whose row the caller holds; from this commit on no step is taken."""
    alert.acknowledged, alert.acknowledged_by = True, to
    alert.acknowledged_at, alert.acknowledged_via = at, via
    if alert.escalation is not None:
        chain = paused(Chain.of(alert.escalation), alert.next_step_at)
        alert.escalation = chain.as_json()
        alert.remind_at = remind_due(chain, at, after=at)
    alert.next_step_at = None
    alert.save(update_fields=_FIELDS)


def take_back(alert: Alert, *, at: datetime) -> None:
    """Write that nobody has the alert any more, whose row the caller holds; its chain goes on where it stopped."""
    alert.acknowledged, alert.acknowledged_by = False, None
    alert.acknowledged_at, alert.acknowledged_via = None, ""
    alert.remind_at = None
    if alert.escalation is not None:
        chain, due = resumed(Chain.of(alert.escalation), alert.escalation_step, at=at)
        alert.escalation, alert.next_step_at = chain.as_json(), due
    alert.save(update_fields=_FIELDS)
