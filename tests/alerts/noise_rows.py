"""Firings of rules that people complain about, and the samples of them."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from alerts.models import Alert, AlertRule
from tests.alerts.factories import AlertFactory, AlertRuleFactory
from tests.alerts.samples import push

MINUTE = timedelta(minutes=1)


def noisy_rule() -> AlertRule:
    """Make a rule that fired five times for a minute and once for nine within the last hour."""
    rule: AlertRule = AlertRuleFactory.create(rule_name="noisy", metric_name="cpu", flap_firings=0)
    end = timezone.now().replace(second=0, microsecond=0) - 5 * MINUTE
    push("cpu{host=a}", f"{'90 10x4 ' * 5}90x9 10x3", end=end)
    for number in range(5):
        fired(rule, end - (36 - 5 * number) * MINUTE)
    fired(rule, end - 11 * MINUTE, minutes=9)
    return rule


def fired(rule: AlertRule, at: datetime, *, minutes: int = 1, **fields: Any) -> Alert:
    """Make an alert that somebody took and that was over after so many minutes."""
    over = {"state": "resolved", "fired_at": at, "resolved_at": at + minutes * MINUTE}
    taken = {"acknowledged": True, "acknowledged_at": at, "acknowledged_by": "ana"}
    alert: Alert = AlertFactory.create(rule=rule, **(over | taken | fields))
    return alert
