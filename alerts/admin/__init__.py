"""Alerting in the admin: rules, alerts with their messages, incidents."""

from alerts.admin.alerts import AlertAdmin
from alerts.admin.incidents import IncidentAdmin
from alerts.admin.rules import AlertRuleAdmin

__all__ = ["AlertAdmin", "AlertRuleAdmin", "IncidentAdmin"]
