"""Writes what was decided about many alerts at once, and the messages that it owes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F

from alerts import events
from alerts.evaluation.state import Action
from alerts.models import Alert
from alerts.models.event import EventKind
from alerts.services import firings, notices
from alerts.services.alert_row import new_alert, stored_alerts
from alerts.services.observations import record
from alerts.services.plan import Change
from monitoring.exposition.instruments import count

NO_DATA_NOTE = "The series stopped reporting, which this rule takes as the end of the breach."


def carry_out(changes: Sequence[Change], *, at: datetime) -> list[int]:
    """Write the decisions within the caller's transaction; return the ids of messages owed now.

    The number of statements grows with the kinds of change, not with the changes.
    """
    by_action: dict[Action, list[Change]] = defaultdict(list)
    for change in changes:
        by_action[change.decision.action].append(change)
    fire = by_action[Action.FIRE]
    record([*by_action[Action.KEEP], *fire, *by_action[Action.RESOLVE]], at=at)
    _forget(by_action[Action.FORGET])
    _end_snoozes(by_action[Action.END_SNOOZE], at)
    begun = [new_alert(change, at=at) for change in by_action[Action.START]]
    Alert.objects.bulk_create(begun, batch_size=1_000)
    return _fire(fire, at) + _resolve(by_action[Action.RESOLVE], at)


def resolve(
    alerts: Sequence[Alert], *, at: datetime, note: str | None = None, by: str = "", via: str = ""
) -> list[int]:
    """Resolve open alerts that the caller holds, in the rows and in the objects; tell who was told before.

    Nobody is told of what only was pending, and no step of an escalation is due any more. Each alert gets an event,
    with the person `by` whom and the door `via` which it was resolved.
    """
    if not alerts:
        return []
    for alert in alerts:
        alert.state = Alert.State.RESOLVED
        alert.resolved_at = at
        alert.resolution_note = note
        alert.resolved_by = by
        alert.transition_seq += 1
        alert.over_since = alert.next_step_at = alert.remind_at = None
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(
        state=Alert.State.RESOLVED,
        resolved_at=at,
        resolution_note=note,
        resolved_by=by,
        transition_seq=F("transition_seq") + 1,
        over_since=None,
        next_step_at=None,
        remind_at=None,
        updated_at=at,
    )
    events.record_for_all(EventKind.RESOLVED, alerts, at=at, actor=by, via=via)
    _count(alerts)
    return notices.tell_resolved([alert for alert in alerts if alert.fired_at], at=at)


def _fire(changes: Sequence[Change], at: datetime) -> list[int]:
    if not changes:
        return []
    fired = firings.fire(changes, at=at)
    events.record_for_all(EventKind.FIRED, fired, at=at)
    _count(fired)
    return notices.tell_firing(fired, at=at)


def _resolve(changes: Sequence[Change], at: datetime) -> list[int]:
    stored = stored_alerts(changes)
    silent = {change.fingerprint_in_rule for change in changes if change.is_by_silence}
    by_value = [alert for alert in stored if (alert.rule_id, alert.fingerprint) not in silent]
    by_silence = [alert for alert in stored if (alert.rule_id, alert.fingerprint) in silent]
    return resolve(by_value, at=at) + resolve(by_silence, at=at, note=NO_DATA_NOTE)


def _forget(changes: Iterable[Change]) -> None:
    ids = [change.alert.pk for change in changes if change.alert]
    if ids:
        Alert.objects.filter(pk__in=ids, state=Alert.State.PENDING).delete()


def _end_snoozes(changes: Iterable[Change], at: datetime) -> None:
    ids = [change.alert.pk for change in changes if change.alert]
    if ids:
        Alert.objects.filter(pk__in=ids).update(snoozed=False, updated_at=at)


def _count(alerts: Iterable[Alert]) -> None:
    """Count the transitions once they are committed: what is rolled back did not happen."""
    for alert in alerts:
        labels = {"state": str(alert.state), "severity": alert.severity}
        transaction.on_commit(partial(count, "alert_transitions_total", labels))
