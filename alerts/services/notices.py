"""When and whom an alert tells: the cooldown of its series, and the rows of the outbox."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Max, Q

from alerts.evaluation.cooldown import notify_at
from alerts.models import Alert, Notification
from alerts.models.notification import Kind
from alerts.outbox import owe_all


def schedule(alerts: Sequence[Alert], *, at: datetime) -> None:
    """Set from when each firing alert is told: at once, or when the cooldown of its series ends."""
    last_notices = _last_notices(alerts, at)
    for alert in alerts:
        alert.notify_at = notify_at(
            at, last_notices.get((alert.rule_id, alert.fingerprint)), _cooldown(alert)
        )


def tell_firing(alerts: Sequence[Alert], *, at: datetime) -> list[int]:
    """Owe the messages of alerts that fire; return the ids of those due now, not of those that wait."""
    put_off: dict[datetime, set[UUID]] = defaultdict(set)
    for alert in alerts:
        if alert.notify_at is not None and alert.notify_at > at:
            put_off[alert.notify_at].add(alert.pk)
    owed = owe_all(_owing(alerts), kind=Kind.FIRING, at=at)
    for instant, ids in put_off.items():
        rows = [each.pk for each in owed if each.alert_id in ids]
        # A wait that was asked for is left out of the time that a message may take; here the rule asks.
        Notification.objects.filter(pk__in=rows).update(
            due_at=instant, asked_to_wait_seconds=(instant - at).total_seconds()
        )
    waiting = {alert_id for ids in put_off.values() for alert_id in ids}
    return [each.pk for each in _due_now(owed) if each.alert_id not in waiting]


def tell_resolved(alerts: Sequence[Alert], *, at: datetime) -> list[int]:
    """Owe the messages that alerts are over, to those who were told that they fire; return the ids of the rows."""
    return [each.pk for each in _due_now(owe_all(_owing(alerts), kind=Kind.RESOLVED, at=at))]


def _due_now(owed: Sequence[Notification]) -> list[Notification]:
    """Leave out what waits for its group: to call a worker to it would be in vain, the sweep does it in time."""
    return [each for each in owed if each.due_at <= each.created_at]


def _owing(alerts: Sequence[Alert]) -> list[tuple[Alert, list[str]]]:
    return [(alert, alert.notification_channels) for alert in alerts]


def _cooldown(alert: Alert) -> timedelta:
    return timedelta(minutes=alert.rule.cooldown_minutes if alert.rule else 0)


def _last_notices(alerts: Sequence[Alert], at: datetime) -> dict[tuple[object, str], datetime]:
    """Return when each series with a cooldown was last told; firings that ended before that do not count."""
    cooling = [alert for alert in alerts if _cooldown(alert)]
    if not cooling:
        return {}
    told = Alert.objects.filter(
        Q(resolved_at=None) | Q(resolved_at__gte=F("notify_at")),
        rule__in={alert.rule_id for alert in cooling},
        fingerprint__in={alert.fingerprint for alert in cooling},
        notify_at__gte=at - max(_cooldown(alert) for alert in cooling),
    )
    rows = told.order_by().values("rule_id", "fingerprint").annotate(last=Max("notify_at"))
    return {(row["rule_id"], row["fingerprint"]): row["last"] for row in rows}
