"""Tables of alerting, one file each."""

from alerts.models.alert import Alert
from alerts.models.attempt import NotificationAttempt
from alerts.models.backtest import Backtest
from alerts.models.channel_state import ChannelState
from alerts.models.dependency import Dependency
from alerts.models.escalation import EscalationPolicy, EscalationStep
from alerts.models.evaluation_state import EvaluationState
from alerts.models.event import Event
from alerts.models.incident import Incident
from alerts.models.ledger import ActionUse, LedgerDay, NotificationReceipt
from alerts.models.notification import Notification
from alerts.models.oncall import Contact, OnCallRotation, RotationMember, RotationOverride
from alerts.models.rule import AlertRule
from alerts.models.rule_version import RuleVersion
from alerts.models.silence import MaintenanceWindow, Silence

__all__ = [
    "ActionUse",
    "Alert",
    "AlertRule",
    "Backtest",
    "ChannelState",
    "Contact",
    "Dependency",
    "EscalationPolicy",
    "EscalationStep",
    "EvaluationState",
    "Event",
    "Incident",
    "LedgerDay",
    "MaintenanceWindow",
    "Notification",
    "NotificationAttempt",
    "NotificationReceipt",
    "OnCallRotation",
    "RotationMember",
    "RotationOverride",
    "RuleVersion",
    "Silence",
]
