"""Silences, windows, causes and edges of the graph as rows, and what hides an alert."""

from datetime import timedelta
from typing import Any

from alerts.models import Alert, Dependency, MaintenanceWindow, Silence
from alerts.muting import (
    why_hidden,
)
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory

HOUR = timedelta(hours=1)
TICK = timedelta.resolution


def matcher(label: str, value: str, op: str = "=") -> dict[str, str]:
    return {"label": label, "op": op, "value": value}


def silence(*matchers: dict[str, str], **fields: Any) -> Silence:
    row = {"starts_at": NOON - HOUR, "ends_at": NOON + HOUR, "owner": "ana", "reason": "deploy"}
    return Silence.objects.create(matchers=list(matchers), **{**row, **fields})


def window(*matchers: dict[str, str], **fields: Any) -> MaintenanceWindow:
    row = {
        "name": "nightly",
        "recurrence": "FREQ=DAILY",
        "first_start": NOON - timedelta(days=3),
        "duration_minutes": 30,
        "owner": "ana",
        "reason": "backup",
        "expires_at": NOON + timedelta(days=9),
    }
    return MaintenanceWindow.objects.create(matchers=list(matchers), **{**row, **fields})


def down(service: str, *, is_cause: bool = True, **fields: Any) -> Alert:
    name = "service_down" if is_cause else "slow"
    rule = AlertRuleFactory._meta.model.objects.filter(rule_name=name).first()
    rule = rule or AlertRuleFactory.create(rule_name=name, is_cause=is_cause)
    row = {"rule": rule, "service": service, "notification_channels": ["email"]}
    return AlertFactory.create(**{**row, **fields})


def need(dependent: str, upstream: str, **fields: Any) -> Dependency:
    return Dependency.objects.create(dependent=dependent, upstream=upstream, **fields)


def hidden_by(alert: Alert, at: Any = NOON) -> tuple[str, str] | None:
    found = why_hidden([Alert.objects.get(pk=alert.pk)], at=at).get(alert.pk)
    return (found.by.value, found.id) if found else None
