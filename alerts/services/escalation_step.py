"""Takes one step of a chain: whom it tells, what it owes, and what the timeline says of it."""

from datetime import datetime
from functools import partial

from django.db import transaction

from alerts import events, outbox
from alerts.escalation.chain import Chain, Step, due_after
from alerts.models import Alert
from alerts.models.event import EventKind
from alerts.models.notification import Kind
from alerts.services.reach import Directory, Reach, whom
from monitoring.exposition.instruments import observe


def take_step(alert: Alert, directory: Directory, at: datetime) -> list[int]:
    """Take the step that is due for an alert whose row the caller holds; return the ids of messages owed now."""
    due = alert.next_step_at
    chain = Chain.of(alert.escalation or {})
    step = chain.next_after(alert.escalation_step)
    if step is None or due is None:
        raise ValueError(f"no step follows the one numbered {alert.escalation_step}")
    alert.escalation_step += 1
    alert.next_step_at = due_after(chain, alert.escalation_step, due=due, at=at)
    alert.save(update_fields=["escalation_step", "next_step_at", "updated_at"])
    reach = whom(step, directory)
    owed = outbox.owe_to(
        alert, kind=Kind.ESCALATION, step=alert.escalation_step, to=reach.recipients, at=at
    )
    _record(alert, chain, step, reach, due, at)
    return [row.pk for row in owed]


def _record(
    alert: Alert, chain: Chain, step: Step, reach: Reach, due: datetime, at: datetime
) -> None:
    lateness = max(0.0, (at - due).total_seconds())
    detail = {
        "policy": chain.name,
        "step": alert.escalation_step,
        "round": chain.round_of(alert.escalation_step),
        "channels": sorted({recipient.channel for recipient in reach.recipients}),
        "who": reach.who or step.channel,
        "due_at": due.isoformat(),
        "lateness_seconds": round(lateness, 3),
        "note": reach.note,
    }
    events.record(EventKind.ESCALATED, alert=alert, at=at, detail=detail)
    transaction.on_commit(partial(observe, "escalation_lateness_seconds", {}, lateness))
    if alert.next_step_at is None:
        ended = {"policy": chain.name, "steps": alert.escalation_step}
        events.record(EventKind.EXHAUSTED, alert=alert, at=at, detail=ended)
