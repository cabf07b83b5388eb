"""Writes of alerting: one function for each thing that can be asked for."""

from alerts.services.alerts import (
    Finding,
    acknowledge_alert,
    raise_alert,
    resolve_alert,
    unacknowledge_alert,
)
from alerts.services.evaluate import evaluate_rules
from alerts.services.incident_groups import AlertGroup, alerts_of_group, open_for_groups
from alerts.services.incident_links import Author, alerts_by_id
from alerts.services.incidents import (
    IncidentDraft,
    advance_incident,
    create_incident,
    note_incident,
    open_incident,
    update_incident,
)
from alerts.services.rule_checks import clean_rule, refuse_unknown_channels
from alerts.services.rules import create_rule, delete_rule, roll_back_rule, update_rule

__all__ = [
    "AlertGroup",
    "Author",
    "Finding",
    "IncidentDraft",
    "acknowledge_alert",
    "advance_incident",
    "alerts_by_id",
    "alerts_of_group",
    "clean_rule",
    "create_incident",
    "create_rule",
    "delete_rule",
    "evaluate_rules",
    "note_incident",
    "open_for_groups",
    "open_incident",
    "raise_alert",
    "refuse_unknown_channels",
    "resolve_alert",
    "roll_back_rule",
    "unacknowledge_alert",
    "update_incident",
    "update_rule",
]
