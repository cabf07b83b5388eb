"""JSON of escalation policies, in and out."""

from typing import Any

from rest_framework import serializers

from alerts.chain_wording import sentence
from alerts.models import EscalationStep
from alerts.models.choices import Severity
from alerts.models.escalation import StepKind
from alerts.serializers.fields import WholeNumber
from alerts.services.escalation import frozen_step


class StepInput(serializers.Serializer[Any]):
    """Wait, then tell somebody; limits of values are checked in the service."""

    wait_seconds = WholeNumber(
        min_value=0, help_text="since the step before, or since people were told that it fires"
    )
    kind = serializers.ChoiceField(StepKind.choices)
    channel = serializers.CharField(max_length=32, help_text="email, slack, sms, pagerduty")
    contact_id = serializers.UUIDField(required=False, allow_null=True)
    rotation_id = serializers.UUIDField(required=False, allow_null=True)
    minimum_severity = serializers.ChoiceField(
        Severity.choices,
        required=False,
        allow_blank=True,
        help_text="left out for milder alerts; empty: never left out",
    )


class PolicyInput(serializers.Serializer[Any]):
    """A policy; with PUT a field that is not given stays as it is, the steps are replaced as a whole."""

    name = serializers.CharField(max_length=255)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    repeats = WholeNumber(min_value=0, required=False, help_text="times the chain begins again")
    remind_after_seconds = WholeNumber(
        min_value=0, required=False, help_text="who has the alert is reminded so often; 0: never"
    )
    unacknowledge_after_seconds = WholeNumber(
        min_value=0,
        required=False,
        help_text="so long an acknowledgement counts while the alert fires; 0: for ever",
    )
    steps = StepInput(many=True, required=False)


class StepOutput(serializers.Serializer[Any]):
    """One step as it stands."""

    position = serializers.IntegerField()
    wait_seconds = serializers.IntegerField()
    kind = serializers.ChoiceField(StepKind.choices)
    channel = serializers.CharField()
    contact_id = serializers.UUIDField(allow_null=True)
    rotation_id = serializers.UUIDField(allow_null=True)
    minimum_severity = serializers.CharField()
    sentence = serializers.SerializerMethodField(help_text="the step in plain words")

    def get_sentence(self, step: EscalationStep) -> str:
        """Return the step in plain words."""
        return sentence(frozen_step(step))


class Policy(serializers.Serializer[Any]):
    """One policy with its chain."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    repeats = serializers.IntegerField()
    remind_after_seconds = serializers.IntegerField()
    unacknowledge_after_seconds = serializers.IntegerField()
    steps = StepOutput(many=True)
