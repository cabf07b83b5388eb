"""JSON of public incidents, in and out, for those who write them."""

from typing import Any

from rest_framework import serializers

from alerts.serializers.fields import Switch
from alerts.serializers.silences import StrictSerializer
from health.models.public_incident import LONGEST_TEXT, Impact, PublicStage


class PublicUpdateInput(StrictSerializer):
    """Something that is said about an incident."""

    stage = serializers.ChoiceField(PublicStage.choices)
    text = serializers.CharField(max_length=LONGEST_TEXT)
    posted_at = serializers.DateTimeField(required=False, help_text="now unless given")


class PublicIncidentChanges(StrictSerializer):
    """What may change about an incident; its stage changes by updates."""

    title = serializers.CharField(max_length=255)
    impact = serializers.ChoiceField(Impact.choices, required=False)
    services = serializers.ListField(
        child=serializers.CharField(max_length=255),
        required=False,
        max_length=200,
        help_text="public services by either of their names",
    )
    incident = serializers.UUIDField(
        required=False, allow_null=True, help_text="the internal one; the public never sees it"
    )
    started_at = serializers.DateTimeField(required=False, help_text="now unless given")
    is_published = Switch(required=False, help_text="true unless given")


class PublicIncidentInput(PublicIncidentChanges):
    """A new incident with the first thing that is said about it."""

    stage = serializers.ChoiceField(PublicStage.choices)
    text = serializers.CharField(max_length=LONGEST_TEXT)


class PublicUpdate(serializers.Serializer[Any]):
    """One update."""

    id = serializers.UUIDField()
    stage = serializers.ChoiceField(PublicStage.choices)
    text = serializers.CharField()
    posted_at = serializers.DateTimeField()
    posted_by = serializers.CharField(help_text="the public never sees it")


class PublicIncident(serializers.Serializer[Any]):
    """One public incident as its writers see it; updates are the newest first."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    impact = serializers.ChoiceField(Impact.choices)
    services = serializers.ListField(child=serializers.CharField())
    incident = serializers.UUIDField(source="incident_id", allow_null=True)
    started_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    is_published = serializers.BooleanField()
    updates = PublicUpdate(source="updates.all", many=True)
