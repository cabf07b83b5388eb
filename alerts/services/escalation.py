"""Escalation of alerts that nobody acknowledges: chains are frozen when alerts fire, and swept every few seconds."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from alerts.escalation.chain import Chain, Step, first_due, steps_for
from alerts.escalation.reminding import remind_due
from alerts.models import Alert, EscalationPolicy, EscalationStep
from alerts.services.escalation_step import take_step
from alerts.services.isolation import ODD_DATA
from alerts.services.reach import Directory
from alerts.services.reminders import look_after
from monitoring.exposition.instruments import count

logger = logging.getLogger(__name__)

# One sweep looks at so many alerts at most, those that wait longest first; the next one, seconds later, at the rest.
MOST_AT_ONCE = 2_000
# Who acknowledges an alert waits for this many steps at most.
_IN_ONE_COMMIT = 50
_PUT_OFF = timedelta(minutes=1)


def begin(alerts: Sequence[Alert], *, at: datetime) -> None:
    """Set on alerts that fire at `at` the chain of their rule's policy, frozen, and when its first step is due.

    Writes nothing: `escalation`, `escalation_step`, `next_step_at` and `remind_at` are set on the objects, for
    the caller to save. To be called after `notify_at` is known, because waits count from when people are told.
    Two queries, whatever the number of alerts; none if no rule has a policy.
    """
    policies = _policies({alert.rule.escalation_policy_id for alert in alerts if alert.rule})
    for alert in alerts:
        policy = policies.get(alert.rule.escalation_policy_id) if alert.rule else None
        alert.escalation_step, alert.next_step_at, alert.remind_at = 0, None, None
        if policy is None:
            alert.escalation = None
            continue
        _set_chain(alert, _chain(policy, alert.severity), at)


def _set_chain(alert: Alert, chain: Chain, at: datetime) -> None:
    alert.escalation = chain.as_json()
    if (
        alert.acknowledged
    ):  # while it was pending: nobody is to be told, but the person may be reminded
        alert.remind_at = remind_due(chain, alert.acknowledged_at or at, after=at)
    else:
        alert.next_step_at = first_due(chain, max(at, alert.notify_at or at))


def _policies(ids: Iterable[UUID | None]) -> dict[UUID | None, EscalationPolicy]:
    wanted = {each for each in ids if each}
    if not wanted:
        return {}
    steps = EscalationStep.objects.select_related("contact", "rotation").order_by("position")
    rows = EscalationPolicy.objects.prefetch_related(Prefetch("steps", steps))
    return {policy.pk: policy for policy in rows.filter(pk__in=wanted)}


def _chain(policy: EscalationPolicy, severity: str) -> Chain:
    return Chain(
        policy=str(policy.pk),
        name=policy.name,
        steps=steps_for(severity, [frozen_step(row) for row in policy.steps.all()]),
        repeats=policy.repeats,
        remind_after_seconds=policy.remind_after_seconds,
        unacknowledge_after_seconds=policy.unacknowledge_after_seconds,
    )


def frozen_step(row: EscalationStep) -> Step:
    """Return a step as chains have it."""
    # Names, but no addresses: these are looked up when the step is taken, when whose turn it is is known too.
    target = row.contact if row.kind == EscalationStep.Kind.CONTACT else row.rotation
    if row.kind == EscalationStep.Kind.CHANNEL:
        target = None
    return Step(
        wait_seconds=row.wait_seconds,
        kind=row.kind,
        channel=row.channel,
        target=str(target.pk) if target else "",
        name=target.name if target else "",
        minimum_severity=row.minimum_severity,
    )


def sweep(at: datetime) -> list[int]:
    """Take the steps that are due and send the reminders that are; return the ids of messages owed now.

    Each alert is looked at once, in small transactions of their own, under the lock of its row: of two sweeps
    one takes a step, and who acknowledges or resolves waits for it, or has ended it before. What was due while
    nobody swept is taken now, and recorded with how late it is.
    """
    owed: list[int] = []
    for duty in _DUTIES:
        ids = list(duty.due(at).order_by(duty.column).values_list("pk", flat=True)[:MOST_AT_ONCE])
        for start in range(0, len(ids), _IN_ONE_COMMIT):
            owed += _do(duty, ids[start : start + _IN_ONE_COMMIT], at)
    return owed


@dataclass(frozen=True, slots=True)
class _Duty:
    """What is to be done for each firing alert once the instant in `column` has come."""

    column: str
    acknowledged: bool
    work: Callable[[Alert, Directory, datetime], list[int]]

    def due(self, at: datetime) -> QuerySet[Alert]:
        """Return the alerts for which it is time."""
        condition = Q((f"{self.column}__lte", at))
        firing = Alert.objects.filter(state=Alert.State.FIRING, acknowledged=self.acknowledged)
        return firing.filter(condition)


_DUTIES = (_Duty("next_step_at", False, take_step), _Duty("remind_at", True, look_after))


def _do(duty: _Duty, ids: Sequence[UUID], at: datetime) -> list[int]:
    owed: list[int] = []
    with transaction.atomic():
        # What is locked meets the conditions still: somebody may have acknowledged since the ids were read.
        rows = duty.due(at).filter(pk__in=ids).select_related("rule").order_by(duty.column)
        directory = Directory(at)
        for alert in rows.select_for_update(skip_locked=True, of=("self",)):
            owed += _isolated(duty, alert, directory, at)
    return owed


def _isolated(duty: _Duty, alert: Alert, directory: Directory, at: datetime) -> list[int]:
    """Do it for one alert; one whose row is odd is put off, and does not hold the others up."""
    try:
        with transaction.atomic():
            return duty.work(alert, directory, at)
    except ODD_DATA:
        logger.exception("escalation failed", extra={"alert": str(alert.pk)})
        count("escalation_failures_total", {})
        Alert.objects.filter(pk=alert.pk).update(**{duty.column: at + _PUT_OFF})
        return []
