"""Request performance as JSON, and as the OpenAPI schema shows it."""

from typing import Any

from rest_framework import serializers

from health.models import PerformanceMetric
from health.performance.items import LONGEST_ENDPOINT, LONGEST_MS, METHODS


class Milliseconds(serializers.FloatField):
    """A duration to three decimals: more digits than anybody measured would be noise."""

    def to_representation(self, value: float) -> float:  # type: ignore[override]  # the stubs say text, JSON has a number
        """Return it rounded."""
        return round(value, 3)


class Share(serializers.FloatField):
    """A share from 0 to 1, to six decimals."""

    def to_representation(self, value: float) -> float:  # type: ignore[override]  # the stubs say text, JSON has a number
        """Return it rounded."""
        return round(value, 6)


class MeasuredRequestInput(serializers.Serializer[Any]):
    """One measured request; `health.performance.items` checks it."""

    service_name = serializers.CharField(
        max_length=255, required=False, help_text="taken from x-service-name when missing"
    )
    endpoint = serializers.CharField(
        max_length=LONGEST_ENDPOINT,
        help_text="the route; a query is cut off, and a segment that is a number, a UUID or a long "
        "hexadecimal key becomes :id",
    )
    method = serializers.ChoiceField(METHODS)
    response_time_ms = serializers.FloatField(min_value=0, max_value=LONGEST_MS)
    status_code = serializers.IntegerField(min_value=100, max_value=599)
    timestamp = serializers.DateTimeField(
        required=False,
        help_text="ISO 8601 or epoch milliseconds, at most 24 hours old; the time of receipt when missing",
    )


class RefusedRequest(serializers.Serializer[Any]):
    """One refused item of a batch."""

    index = serializers.IntegerField(help_text="place in the pushed array, from 0")
    error = serializers.CharField()
    field = serializers.CharField(allow_blank=True)


class StoredRequests(serializers.Serializer[Any]):
    """What became of a batch."""

    success = serializers.BooleanField(help_text="false if an item was refused")
    stored = serializers.IntegerField(help_text="requests committed")
    rejected = RefusedRequest(many=True)


class EndpointLine(serializers.Serializer[Any]):
    """One endpoint and method; times in ms. Percentiles are at most 1 % off."""

    service_name = serializers.CharField()
    endpoint = serializers.CharField()
    method = serializers.CharField()
    avg_response_time = Milliseconds()
    p50 = Milliseconds()
    p95 = Milliseconds()
    p99 = Milliseconds()
    request_count = serializers.IntegerField()
    error_rate = Share(help_text="share answered 5xx")
    apdex = Share(help_text="from 0 to 1; an answer 5xx satisfies nobody")
    slowest_ms = Milliseconds()


class PerformanceAnswer(serializers.Serializer[Any]):
    """The endpoints of a page. Source: endpoint 21, service specification."""

    endpoints = EndpointLine(many=True)


class SlowRequest(serializers.ModelSerializer[PerformanceMetric]):
    """One measured request. Source: table performance_metrics, service specification."""

    class Meta:
        model = PerformanceMetric
        fields = (
            "id",
            "service_name",
            "endpoint",
            "method",
            "response_time_ms",
            "status_code",
            "timestamp",
        )
