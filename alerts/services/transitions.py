"""Writes what was decided about many alerts at once, and the messages that it owes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F

from alerts.evaluation.state import Action
from alerts.models import Alert
from alerts.services import notices
from alerts.services.alert_row import alert_after
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
    _create([alert_after(change, at=at) for change in by_action[Action.START]])
    owed = _fire(fire, at)
    return owed + _resolve(by_action[Action.RESOLVE], at)


def resolve(
    alerts: Sequence[Alert], *, at: datetime, note: str | None = None, by: str = ""
) -> list[int]:
    """Resolve open alerts that the caller holds, in the rows and in the objects; tell who was told before."""
    for alert in alerts:
        alert.state = Alert.State.RESOLVED
        alert.resolved_at = at
        alert.resolution_note = note
        alert.resolved_by = by
        alert.transition_seq += 1
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(
        state=Alert.State.RESOLVED,
        resolved_at=at,
        resolution_note=note,
        resolved_by=by,
        transition_seq=F("transition_seq") + 1,
        updated_at=at,
    )
    _count(alerts)
    return notices.tell_resolved([alert for alert in alerts if alert.fired_at], at=at)


def _fire(changes: Iterable[Change], at: datetime) -> list[int]:
    """Fire new alerts and pending ones; the rest of a pending one's row is written already."""
    new: list[Alert] = []
    pending: list[Alert] = []
    for change in changes:
        alert = alert_after(change, at=at)
        alert.state = Alert.State.FIRING
        alert.fired_at = at
        alert.transition_seq += 1
        alert.notification_channels = list(change.rule.notification_channels)
        (new if change.alert is None else pending).append(alert)
    fired = [*new, *pending]
    notices.schedule(fired, at=at)
    _create(new)
    _update_fired(pending, at)
    _count(fired)
    return notices.tell_firing(fired, at=at)


def _update_fired(alerts: Iterable[Alert], at: datetime) -> None:
    """One statement for each set of channels and time of notice; most rules share both."""
    alike: dict[tuple[tuple[str, ...], datetime | None], list[Alert]] = defaultdict(list)
    for alert in alerts:
        alike[tuple(alert.notification_channels), alert.notify_at].append(alert)
    for (channels, notify_at), group in alike.items():
        Alert.objects.filter(pk__in=[alert.pk for alert in group]).update(
            state=Alert.State.FIRING,
            fired_at=at,
            notify_at=notify_at,
            notification_channels=list(channels),
            transition_seq=F("transition_seq") + 1,
            updated_at=at,
        )


def _resolve(changes: Iterable[Change], at: datetime) -> list[int]:
    by_value: list[Alert] = []
    by_silence: list[Alert] = []
    for change in changes:
        silent = change.decision.no_data_since is not None
        (by_silence if silent else by_value).append(alert_after(change, at=at))
    return resolve(by_value, at=at) + resolve(by_silence, at=at, note=NO_DATA_NOTE)


def _create(alerts: Sequence[Alert]) -> None:
    Alert.objects.bulk_create(alerts, batch_size=1_000)


def _forget(changes: Iterable[Change]) -> None:
    ids = [change.alert.pk for change in changes if change.alert]
    Alert.objects.filter(pk__in=ids, state=Alert.State.PENDING).delete()


def _end_snoozes(changes: Iterable[Change], at: datetime) -> None:
    ids = [change.alert.pk for change in changes if change.alert]
    Alert.objects.filter(pk__in=ids).update(snoozed=False, updated_at=at)


def _count(alerts: Iterable[Alert]) -> None:
    """Count the transitions once they are committed: what is rolled back did not happen."""
    for alert in alerts:
        labels = {"state": str(alert.state), "severity": alert.severity}
        transaction.on_commit(partial(count, "alert_transitions_total", labels))
