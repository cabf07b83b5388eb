"""JSON of the overview. Source: endpoint 19, service specification."""

from typing import Any

from rest_framework import serializers

from health.status import Level


class OverviewHealth(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=[level.value for level in Level])
    services = serializers.IntegerField(help_text="watched services")
    dependencies = serializers.IntegerField(help_text="stores that the service can use")


class OverviewAlerts(serializers.Serializer[Any]):
    total = serializers.IntegerField(help_text="alerts that fire now, of every severity")
    critical = serializers.IntegerField()
    warning = serializers.IntegerField()


class OverviewMetric(serializers.Serializer[Any]):
    metric_name = serializers.CharField()
    service_name = serializers.CharField()
    avg_value = serializers.FloatField(help_text="mean of the last five minutes")


class Overview(serializers.Serializer[Any]):
    health = OverviewHealth()
    alerts = OverviewAlerts()
    metrics = OverviewMetric(many=True)
    timestamp = serializers.DateTimeField()
