"""JSON of the dependency graph, and of the alerts that are held back now."""

from typing import Any

from rest_framework import serializers

from alerts.routing.hidden import HiddenBy
from alerts.serializers.alerts import Alert
from alerts.serializers.fields import Switch
from alerts.serializers.silences import StrictSerializer


class DependencyInput(StrictSerializer):
    """An edge of the graph."""

    dependent = serializers.CharField(max_length=255, help_text="service or store that needs")
    upstream = serializers.CharField(max_length=255, help_text="service or store that is needed")


class DependencyChanges(StrictSerializer):
    """Whether the edge counts."""

    enabled = Switch()


class Dependency(serializers.Serializer[Any]):
    """An edge of the graph as it stands."""

    id = serializers.IntegerField()
    dependent = serializers.CharField()
    upstream = serializers.CharField()
    enabled = serializers.BooleanField()


class HeldAlert(serializers.Serializer[Any]):
    """An alert whose messages wait."""

    alert = Alert()
    by = serializers.ChoiceField([each.value for each in HiddenBy])
    id = serializers.CharField(help_text="of the silence, the window or the causing alert")
    reason = serializers.CharField()
    since = serializers.DateTimeField()
    notifications = serializers.IntegerField(help_text="messages that wait")


class HeldAlerts(serializers.Serializer[Any]):
    """All that is held back now."""

    total = serializers.IntegerField(help_text="alerts that are held back")
    by_reason = serializers.DictField(child=serializers.IntegerField())
    hidden = HeldAlert(many=True, help_text="one page of them, the longest held first")
