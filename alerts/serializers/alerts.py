"""JSON of alerts, in and out. Source: endpoints 10 to 14, service specification."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.models.alert import State
from alerts.models.choices import Severity
from alerts.models.event import EventKind


class Alert(serializers.Serializer[Any]):
    """One alert, from its first breach to its end."""

    id = serializers.UUIDField()
    rule_id = serializers.UUIDField(allow_null=True, help_text="null for a discrete finding")
    title = serializers.CharField()
    description = serializers.CharField()
    severity = serializers.ChoiceField(Severity.choices)
    state = serializers.ChoiceField(State.choices)
    service = serializers.CharField()
    labels = serializers.DictField(child=serializers.CharField())
    value = serializers.FloatField(allow_null=True, help_text="last value, in the metric's unit")
    threshold = serializers.FloatField(allow_null=True)
    started_at = serializers.DateTimeField(help_text="first breach")
    fired_at = serializers.DateTimeField(allow_null=True, help_text="the breach had lasted")
    resolved_at = serializers.DateTimeField(allow_null=True)
    no_data_since = serializers.DateTimeField(
        allow_null=True, help_text="the series stopped reporting"
    )
    acknowledged = serializers.BooleanField()
    acknowledged_by = serializers.CharField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    resolved_by = serializers.CharField(help_text="person; empty if it ended by itself")
    resolution_note = serializers.CharField(allow_null=True)


class ChainStep(serializers.Serializer[Any]):
    """One step of the chain as it was frozen."""

    sentence = serializers.CharField(help_text="the step in plain words")
    wait_seconds = serializers.IntegerField()
    kind = serializers.CharField()
    channel = serializers.CharField()
    name = serializers.CharField(help_text="of the contact or rotation")


class Escalation(serializers.Serializer[Any]):
    """The chain of an alert as it stood when the alert fired, and how far it is."""

    policy = serializers.CharField()
    steps = ChainStep(many=True)
    repeats = serializers.IntegerField()
    steps_taken = serializers.IntegerField(help_text="over all rounds")
    next_step_at = serializers.DateTimeField(allow_null=True)
    next_step = serializers.CharField(help_text="what it will do; empty if none is to come")
    remind_at = serializers.DateTimeField(
        allow_null=True, help_text="who has the alert is reminded, or loses it"
    )
    exhausted = serializers.BooleanField(help_text="the chain has come to its end")
    worst_lateness_seconds = serializers.FloatField(
        allow_null=True, help_text="of the steps taken; null before the first"
    )


class AlertEvent(serializers.Serializer[Any]):
    """One line of what happened to an alert."""

    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(EventKind.choices)
    actor = serializers.CharField(help_text="person; empty if it came by itself")
    via = serializers.CharField(help_text="api, admin, link, slack")
    detail = serializers.DictField()


class OneAlert(Alert):
    """One alert with its chain of escalation and what happened to it."""

    acknowledged_via = serializers.CharField(help_text="api, admin, link, slack; empty if by none")
    flapping = serializers.BooleanField()
    escalation = serializers.SerializerMethodField(help_text="null without a policy")
    events = serializers.SerializerMethodField(help_text="oldest first")

    @extend_schema_field(Escalation(allow_null=True))
    def get_escalation(self, alert: Any) -> Any:
        """Return the chain and how far it is, from the `course` of the context."""
        chain = self.context["course"].chain
        return None if chain is None else Escalation(chain).data

    @extend_schema_field(AlertEvent(many=True))
    def get_events(self, alert: Any) -> Any:
        """Return the timeline, from the `course` of the context."""
        return AlertEvent(self.context["course"].events, many=True).data


class AlertHistory(serializers.Serializer[Any]):
    """One page of past and present alerts."""

    alerts = Alert(many=True)
    total = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()


class AcknowledgeInput(serializers.Serializer[Any]):
    """Who takes the alert; believed of an administrator or a service, else the token's subject counts."""

    acknowledged_by = serializers.CharField(max_length=255, required=False)


class AcknowledgedAlert(serializers.Serializer[Any]):
    """Who has taken the alert, and when."""

    id = serializers.UUIDField()
    acknowledged = serializers.BooleanField()
    acknowledged_by = serializers.CharField()
    acknowledged_at = serializers.DateTimeField()


class UnacknowledgedAlert(serializers.Serializer[Any]):
    """An alert that nobody has any more, and when its chain goes on."""

    id = serializers.UUIDField()
    acknowledged = serializers.BooleanField()
    next_step_at = serializers.DateTimeField(allow_null=True)


class ResolveInput(serializers.Serializer[Any]):
    """What was done about it."""

    resolution_note = serializers.CharField(max_length=10_000, required=False, allow_blank=True)


class ResolvedAlert(serializers.Serializer[Any]):
    """When the alert ended, and what was done about it."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(State.choices)
    resolved_at = serializers.DateTimeField()
    resolution_note = serializers.CharField(allow_null=True)
