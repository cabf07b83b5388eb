"""What people and other parts of the service do with alerts: raise, acknowledge, resolve."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from alerts.errors import AlertClosedError, AlertNotFoundError
from alerts.models import Alert, AlertRule
from alerts.services import notices, transitions

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


def acknowledge_alert(alert_id: UUID, *, by: str, at: datetime, actor: str = "") -> Alert:
    """Record that a person has taken the alert; it still fires. `actor` is who said so, if it is not `by`.

    The first acknowledgement wins and a repeat changes nothing, so a client may retry. Raises
    AlertNotFoundError, or AlertClosedError once resolved.
    """
    open_alerts = Alert.objects.exclude(state=Alert.State.RESOLVED)
    first = open_alerts.filter(pk=alert_id, acknowledged=False).update(
        acknowledged=True, acknowledged_by=by, acknowledged_at=at, updated_at=at
    )
    alert = Alert.objects.select_related("rule").filter(pk=alert_id).first()
    if alert is None:
        raise AlertNotFoundError(f"no alert {alert_id}")
    if alert.state == Alert.State.RESOLVED:
        raise AlertClosedError(f"alert {alert_id} is already resolved")
    if first:
        logger.info(
            "alert acknowledged", extra={"alert": str(alert_id), "by": by, "actor": actor or by}
        )
    return alert


def resolve_alert(alert_id: UUID, *, by: str, note: str | None = None, at: datetime) -> Alert:
    """Resolve an alert by hand and owe the messages that it is over.

    The breach may go on: the series is then held until it is over, so that it does not fire again at once.
    The first resolution wins and a repeat changes nothing. Raises AlertNotFoundError.
    """
    with transaction.atomic():
        alert = _hold(alert_id)
        if alert.state == Alert.State.RESOLVED:
            return alert
        transitions.resolve([alert], at=at, note=note, by=by)
        alert.snoozed = alert.rule_id is not None
        alert.save(update_fields=["snoozed"])
    logger.info("alert resolved by hand", extra={"alert": str(alert_id), "by": by})
    return alert


def _hold(alert_id: UUID) -> Alert:
    """Lock the alert, after its rule: the evaluation, which locks rules, is then not in the middle of it."""
    rule = AlertRule.with_deleted.select_for_update(no_key=True, of=("self",))
    rule.filter(alerts=alert_id).first()
    alert = Alert.objects.select_for_update(of=("self",)).filter(pk=alert_id).first()
    if alert is None:
        raise AlertNotFoundError(f"no alert {alert_id}")
    return alert


def _fire(finding: Finding, channels: Sequence[str], at: datetime) -> Alert | None:
    """Return the new alert; None if the database knows an open one of the same fingerprint."""
    alert = Alert(
        rule=None,
        source=Alert.Source.FINDING,
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
            notices.tell_firing([alert], at=at)
    except IntegrityError as error:
        if "alerts_one_open_per_series" not in str(error):
            raise
        return None
    return alert
