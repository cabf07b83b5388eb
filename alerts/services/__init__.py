"""Writes of alerting: one function for each thing that can be asked for."""

from alerts.services.alerts import Finding, acknowledge_alert, raise_alert, resolve_alert
from alerts.services.evaluate import evaluate_rules
from alerts.services.incidents import advance_incident, open_incident
from alerts.services.rules import create_rule, delete_rule, refuse_unknown_channels, update_rule

__all__ = [
    "Finding",
    "acknowledge_alert",
    "advance_incident",
    "create_rule",
    "delete_rule",
    "evaluate_rules",
    "open_incident",
    "raise_alert",
    "refuse_unknown_channels",
    "resolve_alert",
    "update_rule",
]
