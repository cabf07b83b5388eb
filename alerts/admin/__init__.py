"""Alerting in the admin: rules, alerts with their messages, incidents."""

from alerts.admin.alerts import AlertAdmin
from alerts.admin.backtests import BacktestAdmin
from alerts.admin.channels import ChannelStateAdmin
from alerts.admin.dependencies import DependencyAdmin
from alerts.admin.escalation import EscalationPolicyAdmin
from alerts.admin.incidents import IncidentAdmin
from alerts.admin.notifications import NotificationAdmin
from alerts.admin.oncall import ContactAdmin, OnCallRotationAdmin
from alerts.admin.rules import AlertRuleAdmin
from alerts.admin.silences import SilenceAdmin, silence_url
from alerts.admin.windows import MaintenanceWindowAdmin

__all__ = [
    "AlertAdmin",
    "AlertRuleAdmin",
    "BacktestAdmin",
    "ChannelStateAdmin",
    "ContactAdmin",
    "DependencyAdmin",
    "EscalationPolicyAdmin",
    "IncidentAdmin",
    "MaintenanceWindowAdmin",
    "NotificationAdmin",
    "OnCallRotationAdmin",
    "SilenceAdmin",
    "silence_url",
]
