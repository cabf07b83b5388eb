"""Uptime and latency as JSON."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from health.sla.figures import SlaFigures


class SlaLine(serializers.Serializer[Any]):
    """One service in the period."""

    service_name = serializers.CharField()
    avg_uptime = serializers.FloatField(
        allow_null=True,
        help_text="100 * up / (up + down), six places, never rounded up; null where nothing was measured",
    )
    avg_p95_latency = serializers.FloatField(
        allow_null=True, help_text="ms; of all requests of the period together, no average"
    )
    total_violations = serializers.IntegerField(
        help_text="5-minute buckets below the availability target or whose p95 was above the latency target"
    )
    p99_latency = serializers.FloatField(allow_null=True, help_text="ms")
    latency_source = serializers.ChoiceField(["requests", "probes", ""], allow_blank=True)
    availability_violations = serializers.IntegerField()
    latency_violations = serializers.IntegerField()
    up_seconds = serializers.FloatField(help_text="degraded included")
    down_seconds = serializers.FloatField()
    unknown_seconds = serializers.FloatField(
        help_text="not probed, or behind something that was down"
    )
    maintenance_seconds = serializers.FloatField(help_text="planned: counts neither way")
    degraded_seconds = serializers.FloatField(help_text="part of up_seconds")
    coverage = serializers.FloatField(
        allow_null=True,
        help_text="share (0 to 1) of the time not planned of which something is known",
    )
    total_requests = serializers.IntegerField()
    failed_requests = serializers.IntegerField(help_text="answered 5xx")
    target = serializers.FloatField(help_text="percent")
    met = serializers.BooleanField(allow_null=True, help_text="null where nothing was measured")


class SlaAnswer(serializers.Serializer[Any]):
    """Every service in the period."""

    services = SlaLine(many=True)
    period = serializers.CharField(help_text="length, such as 30d")
    start = serializers.DateTimeField(help_text="a multiple of five minutes")
    end = serializers.DateTimeField(help_text="excluded; a multiple of five minutes")


def sla_line(figures: SlaFigures) -> dict[str, Any]:
    """Return the figures of one service as the answer holds them."""
    totals, spans, promise = figures.totals, figures.spans, figures.promise
    return {
        "service_name": promise.service_name,
        "avg_uptime": _number(figures.uptime_percent),
        "avg_p95_latency": _number(figures.p95_ms),
        "total_violations": totals.violations,
        "p99_latency": _number(figures.p99_ms),
        "latency_source": figures.latency_source,
        "availability_violations": totals.availability_violations,
        "latency_violations": totals.latency_violations,
        "up_seconds": spans.up_ms / 1_000,
        "down_seconds": spans.down_ms / 1_000,
        "unknown_seconds": spans.unknown_ms / 1_000,
        "maintenance_seconds": spans.maintenance_ms / 1_000,
        "degraded_seconds": spans.degraded_ms / 1_000,
        "coverage": _number(figures.coverage),
        "total_requests": totals.requests,
        "failed_requests": totals.failed_requests,
        "target": float(promise.target_percent),
        "met": figures.is_met,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
