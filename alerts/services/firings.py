"""Alerts that begin to fire: whether they flap, when people are told, who is told next."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from alerts.evaluation.flapping import is_flapping
from alerts.models import Alert
from alerts.services import escalation, notices
from alerts.services.alert_row import new_alert, stored_alerts
from alerts.services.plan import Change

# One statement for all, however much their channels and chains differ.
_FIRE = """
    UPDATE alerts
       SET state = 'firing',
           fired_at = %(at)s,
           updated_at = %(at)s,
           transition_seq = fired.transition_seq,
           flapping = fired.flapping,
           notify_at = fired.notify_at,
           notification_channels = fired.notification_channels,
           escalation = fired.escalation,
           escalation_step = fired.escalation_step,
           next_step_at = fired.next_step_at,
           remind_at = fired.remind_at
      FROM jsonb_to_recordset(%(fired)s::jsonb) AS fired (
            id uuid, transition_seq int, flapping boolean, notify_at timestamptz, notification_channels varchar[],
            escalation jsonb, escalation_step int, next_step_at timestamptz, remind_at timestamptz
        )
     WHERE alerts.id = fired.id
"""
_FIELDS = (
    "transition_seq",
    "flapping",
    "notify_at",
    "notification_channels",
    "escalation",
    "escalation_step",
    "next_step_at",
    "remind_at",
)


def fire(changes: Sequence[Change], *, at: datetime) -> list[Alert]:
    """Write that new alerts and pending ones fire, and return them; what they owe is for the caller to write.

    What was seen of the pending ones is recorded already.
    """
    new = [new_alert(change, at=at) for change in changes if change.alert is None]
    pending = stored_alerts([change for change in changes if change.alert is not None])
    fired = [*new, *pending]
    for alert in fired:
        alert.state = Alert.State.FIRING
        alert.fired_at = at
        alert.transition_seq += 1
        alert.notification_channels = list(alert.rule.notification_channels) if alert.rule else []
    _mark_flapping(fired, at)
    notices.schedule(fired, at=at)
    escalation.begin(fired, at=at)
    Alert.objects.bulk_create(new, batch_size=1_000)
    _update(pending, at)
    return fired


def _mark_flapping(alerts: Sequence[Alert], at: datetime) -> None:
    """Note which series have fired so often of late that they are one long alert from now on."""
    suspects = [alert for alert in alerts if alert.rule and alert.rule.flap_firings]
    if not suspects:
        return
    window = settings.FLAP_WINDOW
    recent = Alert.objects.filter(
        rule__in={alert.rule_id for alert in suspects},
        fingerprint__in={alert.fingerprint for alert in suspects},
        fired_at__gt=at - window,
    )
    firings: dict[tuple[UUID | None, str], list[datetime | None]] = defaultdict(list)
    for rule_id, fingerprint, fired_at in recent.order_by().values_list(
        "rule_id", "fingerprint", "fired_at"
    ):
        firings[rule_id, fingerprint].append(fired_at)
    for alert in suspects:
        earlier = filter(None, firings.get((alert.rule_id, alert.fingerprint), ()))
        limit = alert.rule.flap_firings if alert.rule else 0
        alert.flapping = is_flapping(earlier, at, firings=limit, window=window)


def _update(alerts: Sequence[Alert], at: datetime) -> None:
    if not alerts:
        return
    rows = [
        {"id": str(alert.pk)} | {name: _plain(getattr(alert, name)) for name in _FIELDS}
        for alert in alerts
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FIRE, {"at": at, "fired": json.dumps(rows)})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
