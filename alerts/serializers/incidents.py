"""JSON of incidents, in and out. Source: endpoint 23 and table `incidents`, service specification."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from alerts.models.alert import State
from alerts.models.choices import Severity
from alerts.models.incident import IncidentSeverity, IncidentStatus

_MOST_ALERTS = 1_000
_LONGEST_TEXT = 100_000


class StrictInput(serializers.Serializer[Any]):
    """A body in which a field that is not known is refused by name."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values; a misspelt field would else be an edit that silently did not happen."""
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    {name: ["This field is not known."] for name in unknown}
                )
        return super().to_internal_value(data)


class GroupInput(StrictInput):
    """Which alerts that fire now: exactly one of the three."""

    rule_id = serializers.UUIDField(required=False)
    service = serializers.CharField(max_length=255, required=False)
    group_key = serializers.CharField(
        max_length=64, required=False, help_text="of messages that were put together"
    )


class _Fields(StrictInput):
    """What a person may say about an incident at any time."""

    title = serializers.CharField(max_length=255, required=False)
    description = serializers.CharField(max_length=_LONGEST_TEXT, required=False, allow_blank=True)
    severity = serializers.ChoiceField(IncidentSeverity.choices, required=False)
    affected_services = serializers.ListField(
        child=serializers.CharField(max_length=255), required=False, max_length=100
    )
    detected_at = serializers.DateTimeField(required=False)


class IncidentInput(_Fields):
    """A new incident; what is left out is taken from its alerts."""

    alerts = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=_MOST_ALERTS
    )
    group = GroupInput(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse alerts and a group at once: which of them was meant would be a guess."""
        if attrs.get("alerts") and attrs.get("group"):
            raise serializers.ValidationError({"group": ["Give alerts or a group, not both."]})
        return attrs


class IncidentChanges(_Fields):
    """What becomes of an incident; fields that are left out stay."""

    status = serializers.ChoiceField(IncidentStatus.choices, required=False)
    root_cause = serializers.CharField(
        max_length=_LONGEST_TEXT, required=False, allow_blank=True, allow_null=True
    )
    resolution = serializers.CharField(
        max_length=_LONGEST_TEXT, required=False, allow_blank=True, allow_null=True
    )
    postmortem = serializers.CharField(
        max_length=_LONGEST_TEXT,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="Markdown; an empty one brings the draft back",
    )
    link_alerts = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=_MOST_ALERTS
    )
    unlink_alerts = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=_MOST_ALERTS
    )


class NoteInput(StrictInput):
    """Something to write down."""

    text = serializers.CharField(max_length=10_000)


class DashboardIncident(serializers.Serializer[Any]):
    """One incident in a list; the first six fields are the specification's."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    severity = serializers.ChoiceField(IncidentSeverity.choices)
    status = serializers.ChoiceField(IncidentStatus.choices)
    affected_services = serializers.ListField(child=serializers.CharField())
    detected_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)


class DashboardIncidents(serializers.Serializer[Any]):
    """The incidents of a dashboard."""

    incidents = DashboardIncident(many=True)


class Incident(DashboardIncident):
    """One incident as it stands."""

    description = serializers.CharField()
    root_cause = serializers.CharField(allow_null=True)
    resolution = serializers.CharField(allow_null=True)
    opened_by = serializers.CharField(help_text="person; empty if it opened by itself")
    updated_at = serializers.DateTimeField()
    time_to_acknowledge_seconds = serializers.FloatField(
        allow_null=True, help_text="from the detection to the first thing that a person did"
    )
    time_to_resolve_seconds = serializers.FloatField(allow_null=True)


class IncidentList(serializers.Serializer[Any]):
    """One page of incidents."""

    incidents = Incident(many=True)
    total = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()


class IncidentAlert(serializers.Serializer[Any]):
    """One alert of an incident."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    severity = serializers.ChoiceField(Severity.choices)
    service = serializers.CharField()
    state = serializers.ChoiceField(State.choices)
    fired_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.CharField(allow_null=True)


class OneIncident(Incident):
    """One incident with its alerts."""

    postmortem = serializers.CharField(help_text="Markdown; empty until someone writes it")
    alerts = IncidentAlert(many=True)


class Spread(serializers.Serializer[Any]):
    """The mean and the median of some spans, in seconds."""

    count = serializers.IntegerField()
    mean_seconds = serializers.FloatField(allow_null=True)
    median_seconds = serializers.FloatField(allow_null=True)


class IncidentMeasures(serializers.Serializer[Any]):
    """MTTA and MTTR of the incidents detected in a period."""

    incidents = serializers.IntegerField()
    acknowledge = Spread(help_text="MTTA")
    resolve = Spread(help_text="MTTR")
