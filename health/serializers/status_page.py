"""The JSON of the public status page, for the schema: the page itself is plain values already."""

from typing import Any

from rest_framework import serializers

from health.models.public_incident import Impact, PublicStage
from health.statuspage.bars import DayLevel
from health.statuspage.stage import PublicState

_Base = serializers.Serializer[Any]
_STATES = [each.value for each in PublicState]


class StatusPageHead(_Base):
    """Which page it is, and of when."""

    title = serializers.CharField()
    url = serializers.URLField()
    updated_at = serializers.DateTimeField()
    is_stale = serializers.BooleanField(
        help_text="it could not be renewed: this is what was known last"
    )


class StatusPageState(_Base):
    """How the platform is."""

    state = serializers.ChoiceField(_STATES)
    description = serializers.CharField()


class StatusPageDay(_Base):
    """One bar of a service."""

    date = serializers.DateField()
    level = serializers.ChoiceField([each.value for each in DayLevel])
    uptime_percent = serializers.FloatField(allow_null=True)
    down_seconds = serializers.FloatField()
    degraded_seconds = serializers.FloatField()
    maintenance_seconds = serializers.FloatField()


class StatusPageService(_Base):
    """One public service."""

    id = serializers.CharField(help_text="as in /status-page/badge/{id}.svg")
    name = serializers.CharField()
    group = serializers.CharField()
    state = serializers.ChoiceField(_STATES)
    uptime_percent = serializers.FloatField(
        allow_null=True, help_text="of 90 days, without maintenance; null if nothing was measured"
    )
    days = StatusPageDay(many=True)


class StatusPageUpdate(_Base):
    """One update of an incident."""

    id = serializers.UUIDField()
    stage = serializers.ChoiceField(PublicStage.choices)
    text = serializers.CharField()
    posted_at = serializers.DateTimeField()


class StatusPageIncident(_Base):
    """One incident of the last 90 days."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    title = serializers.CharField()
    impact = serializers.ChoiceField(Impact.choices)
    stage = serializers.ChoiceField(PublicStage.choices)
    services = serializers.ListField(child=serializers.CharField())
    started_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    updates = StatusPageUpdate(many=True)


class StatusPageMaintenance(_Base):
    """One announced opening of a maintenance window."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    text = serializers.CharField()
    services = serializers.ListField(child=serializers.CharField())
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_running = serializers.BooleanField()


class StatusPage(_Base):
    """Everything that the status page says."""

    page = StatusPageHead()
    status = StatusPageState()
    services = StatusPageService(many=True)
    incidents = StatusPageIncident(many=True)
    maintenance = StatusPageMaintenance(many=True)
