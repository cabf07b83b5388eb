"""JSON of the alert endpoints, in and out: one file for each thing."""

from alerts.serializers.alerts import (
    AcknowledgedAlert,
    AcknowledgeInput,
    Alert,
    AlertHistory,
    OneAlert,
    ResolvedAlert,
    ResolveInput,
    UnacknowledgedAlert,
)
from alerts.serializers.escalation import Policy, PolicyInput
from alerts.serializers.incidents import (
    DashboardIncidents,
    IncidentChanges,
    IncidentInput,
    IncidentList,
    IncidentMeasures,
    NoteInput,
    OneIncident,
)
from alerts.serializers.noise import NoiseReport
from alerts.serializers.oncall import (
    Contact,
    ContactInput,
    OnCall,
    Override,
    OverrideInput,
    Person,
    Rotation,
    RotationInput,
)
from alerts.serializers.rule_versions import (
    RollbackInput,
    RuleDiff,
    RuleDiffInput,
    RuleVersion,
)
from alerts.serializers.rules import Rule, RuleInput
from alerts.serializers.timeline import Timeline, TimelineLine

__all__ = [
    "AcknowledgeInput",
    "AcknowledgedAlert",
    "Alert",
    "AlertHistory",
    "Contact",
    "ContactInput",
    "DashboardIncidents",
    "IncidentChanges",
    "IncidentInput",
    "IncidentList",
    "IncidentMeasures",
    "NoiseReport",
    "NoteInput",
    "OnCall",
    "OneAlert",
    "OneIncident",
    "Override",
    "OverrideInput",
    "Person",
    "Policy",
    "PolicyInput",
    "ResolveInput",
    "ResolvedAlert",
    "RollbackInput",
    "Rotation",
    "RotationInput",
    "Rule",
    "RuleDiff",
    "RuleDiffInput",
    "RuleInput",
    "RuleVersion",
    "Timeline",
    "TimelineLine",
    "UnacknowledgedAlert",
]
