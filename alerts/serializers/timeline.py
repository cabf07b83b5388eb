"""JSON of an incident's timeline: what happened, and how everything stood at an instant."""

from typing import Any

from rest_framework import serializers

from alerts.models.alert import State
from alerts.models.choices import Severity
from alerts.models.incident import IncidentStatus


class TimelineLine(serializers.Serializer[Any]):
    """One thing that happened."""

    at = serializers.DateTimeField()
    kind = serializers.CharField(help_text="fired, acknowledged, noted, message_sent, ...")
    actor = serializers.CharField(help_text="person; empty if by itself")
    via = serializers.CharField(help_text="api, admin, link, slack, or the channel of a message")
    text = serializers.CharField()
    alert = serializers.UUIDField(allow_null=True)


class AlertAsOf(serializers.Serializer[Any]):
    """One alert as it stood."""

    id = serializers.UUIDField(source="alert.id")
    title = serializers.CharField(source="alert.title")
    severity = serializers.ChoiceField(Severity.choices, source="alert.severity")
    service = serializers.CharField(source="alert.service")
    state = serializers.ChoiceField(
        State.choices,
        source="standing.state",
        allow_null=True,
        help_text="null before its breach began",
    )
    fired_at = serializers.DateTimeField(source="standing.fired_at", allow_null=True)
    resolved_at = serializers.DateTimeField(source="standing.resolved_at", allow_null=True)
    acknowledged_by = serializers.CharField(source="standing.acknowledged_by", allow_null=True)
    acknowledged_at = serializers.DateTimeField(source="standing.acknowledged_at", allow_null=True)
    hidden = serializers.BooleanField(source="standing.hidden", help_text="its messages were held")
    steps_taken = serializers.IntegerField(
        source="standing.steps_taken", help_text="of the escalation chain"
    )


class Timeline(serializers.Serializer[Any]):
    """One page of a timeline, and how all stood at its instant."""

    at = serializers.DateTimeField(help_text="instant of `status` and `alerts`")
    status = serializers.ChoiceField(
        IncidentStatus.choices, allow_null=True, help_text="null before it was opened"
    )
    alerts = AlertAsOf(many=True)
    lines = TimelineLine(many=True)
    next = serializers.CharField(
        allow_null=True, help_text="`after` of the next page, null on the last"
    )
