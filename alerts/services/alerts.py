"""What people and other parts of the service do with alerts: raise, acknowledge, resolve."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from alerts import events, outbox
from alerts.errors import AlertClosedError, AlertNotFoundError
from alerts.models import Alert
from alerts.models.event import EventKind
from alerts.services import acknowledgement, notices, transitions
from alerts.services.evaluation_lock import hold_still

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """A discrete finding, such as a fraud event: not a number over time that a rule could watch.

    `fingerprint` (at most 16 characters) tells findings apart: while an alert of it is open, no second one is.
    """

    fingerprint: str
    title: str
    severity: str
    description: str = ""
    service: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    value: float | None = None
    threshold: float | None = None
    source: str = Alert.Source.FINDING
    """`meta` for what this service has to say about itself."""


def raise_alert(finding: Finding, *, channels: Sequence[str] = (), at: datetime) -> Alert:
    """Fire an alert for a finding and owe its messages; the sweep sends them within seconds.

    While an alert of the same fingerprint is open this changes its value and nothing else, so that a caller
    may repeat itself.
    """
    open_alerts = Alert.objects.exclude(state=Alert.State.RESOLVED).filter(
        rule=None, fingerprint=finding.fingerprint
    )
    known = open_alerts.first() or _fire(finding, channels, at)
    if known is None:  # another process was faster between the two statements
        known = open_alerts.get()
    if known.last_evaluated_at < at:
        known.value, known.last_evaluated_at = finding.value, at
        known.save(update_fields=["value", "last_evaluated_at", "updated_at"])
    return known


def acknowledge_alert(
    alert_id: UUID, *, by: str, at: datetime, actor: str = "", via: str = "api"
) -> Alert:
    """Record that a person has taken the alert; it still fires, but its escalation stops with this very commit.

    `by` is the name to show, `actor` who said so, if it is not `by`, `via` the door that they used. The first
    acknowledgement wins and a repeat changes nothing, so a client may retry. Raises AlertNotFoundError, or
    AlertClosedError once resolved.
    """
    with transaction.atomic():
        alert = _hold_open(alert_id)
        if alert.acknowledged:
            return alert
        acknowledgement.give(alert, to=by, at=at, via=via)
        _record(EventKind.ACKNOWLEDGED, alert, by=by, actor=actor, via=via, at=at)
        outbox.owe_acknowledged(alert, at=at)
    logger.info(
        "alert acknowledged",
        extra={"alert": str(alert_id), "by": by, "actor": actor or by, "via": via},
    )
    return alert


def unacknowledge_alert(
    alert_id: UUID, *, by: str, at: datetime, actor: str = "", via: str = "api"
) -> Alert:
    """Give an alert back: nobody has it any more, and its chain of escalation goes on where it stopped.

    A repeat changes nothing. Raises AlertNotFoundError, or AlertClosedError once resolved.
    """
    with transaction.atomic():
        alert = _hold_open(alert_id)
        if not alert.acknowledged:
            return alert
        had = alert.acknowledged_by
        acknowledgement.take_back(alert, at=at)
        _record(EventKind.UNACKNOWLEDGED, alert, by=by, actor=actor, via=via, at=at, had=had)
    logger.info("acknowledgement taken back", extra={"alert": str(alert_id), "by": by, "via": via})
    return alert


def resolve_alert(
    alert_id: UUID,
    *,
    by: str,
    at: datetime,
    note: str | None = None,
    actor: str = "",
    via: str = "api",
) -> Alert:
    """Resolve an alert by hand and owe the messages that it is over; its escalation stops with this very commit.

    `by` is the person to show, empty if this service resolves it itself; `actor` and `via` as for
    `acknowledge_alert`. The breach may go on: the series is then held until it is over, so that it does not fire
    again at once. The first resolution wins and a repeat changes nothing. Raises AlertNotFoundError.
    """
    with transaction.atomic():
        hold_still()
        alert = _hold(alert_id)
        if alert.state == Alert.State.RESOLVED:
            return alert
        transitions.resolve([alert], at=at, note=note, by=by, via=via if by else "")
        alert.snoozed = alert.rule_id is not None
        alert.save(update_fields=["snoozed"])
    logger.info(
        "alert resolved by hand", extra={"alert": str(alert_id), "by": by, "actor": actor or by}
    )
    return alert


def _hold(alert_id: UUID) -> Alert:
    """Lock the alert's row: from here on it is as it is read. Raises AlertNotFoundError."""
    rows = Alert.objects.select_related("rule").select_for_update(of=("self",))
    alert = rows.filter(pk=alert_id).first()
    if alert is None:
        raise AlertNotFoundError(f"no alert {alert_id}")
    return alert


def _hold_open(alert_id: UUID) -> Alert:
    """Lock the row of an alert that is not over.

    One that fires already is changed by an evaluation in its value and its end only, which wait for the row;
    nobody has to wait for a long evaluation in turn. A pending one could begin to fire in the middle of it.
    """
    if Alert.objects.filter(pk=alert_id, state=Alert.State.PENDING).exists():
        hold_still()
    alert = _hold(alert_id)
    if alert.state == Alert.State.RESOLVED:
        raise AlertClosedError(f"alert {alert_id} is already resolved")
    return alert


def _record(
    kind: EventKind, alert: Alert, *, by: str, actor: str, via: str, at: datetime, **more: Any
) -> None:
    detail = {"by": by, **more}
    events.record(kind, alert=alert, at=at, actor=actor or by, via=via, detail=detail)


def _fire(finding: Finding, channels: Sequence[str], at: datetime) -> Alert | None:
    """Return the new alert; None if the database knows an open one of the same fingerprint."""
    alert = Alert(
        rule=None,
        source=finding.source,
        fingerprint=finding.fingerprint,
        title=finding.title,
        description=finding.description,
        severity=finding.severity,
        state=Alert.State.FIRING,
        service=finding.service,
        labels=dict(finding.labels),
        value=finding.value,
        threshold=finding.threshold,
        started_at=at,
        fired_at=at,
        notify_at=at,
        last_evaluated_at=at,
        transition_seq=1,
        notification_channels=list(channels),
    )
    try:
        with transaction.atomic():
            alert.save(force_insert=True)
            events.record_for_all(EventKind.FIRED, [alert], at=at)
            notices.tell_firing([alert], at=at)
    except IntegrityError as error:
        if "alerts_one_open_per_series" not in str(error):
            raise
        return None
    return alert
