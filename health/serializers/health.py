"""JSON out of the health routes."""

from typing import Any

from rest_framework import serializers

from health.status import Level, Link

_LEVELS = [level.value for level in Level]


class OverallHealth(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=_LEVELS)
    timestamp = serializers.DateTimeField()
    services = serializers.IntegerField(help_text="watched services")
    dependencies = serializers.IntegerField(help_text="stores that the service can use")
    uptime = serializers.IntegerField(help_text="milliseconds since this process started")
    checked_at = serializers.DateTimeField(
        allow_null=True, help_text="instant of the oldest answer that this one is made of"
    )


class ServiceDetails(serializers.Serializer[Any]):
    version = serializers.CharField(required=False)
    uptime = serializers.FloatField(required=False, help_text="seconds, as the service tells it")


class ServiceHealthDetail(serializers.Serializer[Any]):
    service = serializers.CharField()
    status = serializers.ChoiceField(choices=_LEVELS)
    responseTime = serializers.IntegerField(allow_null=True, help_text="milliseconds")  # noqa: N815 - wire name
    timestamp = serializers.DateTimeField(allow_null=True, help_text="instant of the probe")
    details = ServiceDetails()
    error = serializers.CharField(required=False)


class ServiceHealthLine(serializers.Serializer[Any]):
    service = serializers.CharField()
    status = serializers.ChoiceField(choices=_LEVELS)
    responseTime = serializers.IntegerField(required=False, help_text="milliseconds")  # noqa: N815 - wire name
    checked_at = serializers.DateTimeField(required=False, help_text="instant of the probe")
    behind = serializers.CharField(
        required=False, help_text="what is down before it, so that nothing is known of it"
    )
    in_maintenance = serializers.BooleanField(required=False)
    error = serializers.CharField(required=False)


class DependencyHealth(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=[*_LEVELS, "disabled"])
    responseTime = serializers.FloatField(required=False, help_text="milliseconds")  # noqa: N815 - wire name
    checked_at = serializers.DateTimeField(required=False, help_text="instant of its last answer")
    error = serializers.CharField(required=False)


class Memory(serializers.Serializer[Any]):
    rss = serializers.IntegerField(help_text="bytes of resident memory")
    heapTotal = serializers.IntegerField(help_text="bytes of virtual memory")  # noqa: N815 - wire name
    heapUsed = serializers.IntegerField(help_text="bytes that only this process uses")  # noqa: N815 - wire name


class ServiceStatus(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["operational", "degraded", "down"])
    service = serializers.CharField()
    version = serializers.CharField(required=False)
    uptime = serializers.IntegerField(help_text="seconds since this process started")
    memory = Memory()
    timestamp = serializers.DateTimeField()
    environment = serializers.CharField()
    connections = serializers.DictField(
        child=serializers.ChoiceField(choices=[link.value for link in Link])
    )
    checked_at = serializers.DateTimeField(
        allow_null=True, help_text="instant of the oldest answer that this one is made of"
    )


class Liveness(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])
