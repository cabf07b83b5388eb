"""What was up and how fast, by 5-minute bucket and by day: what a customer may argue about."""

import uuid

from django.db import models


class SlaBucket(models.Model):
    """Five minutes of one service. The four spans add up to the 300,000 ms of the bucket."""

    id = models.BigAutoField(primary_key=True)
    service_name = models.CharField(max_length=64, help_text="short name of the watched service")
    starts_at = models.DateTimeField(help_text="a multiple of five minutes, UTC")
    up_ms = models.PositiveIntegerField(default=0)
    down_ms = models.PositiveIntegerField(default=0)
    unknown_ms = models.PositiveIntegerField(
        default=0, help_text="not probed, or behind something that was down"
    )
    maintenance_ms = models.PositiveIntegerField(default=0, help_text="planned: counts neither way")
    degraded_ms = models.PositiveIntegerField(default=0, help_text="part of up_ms")
    probes = models.PositiveIntegerField(default=0)
    failed_probes = models.PositiveIntegerField(default=0)
    probe_latency = models.JSONField(default=dict, help_text="a LatencyHistogram as JSON")
    requests = models.PositiveBigIntegerField(default=0)
    failed_requests = models.PositiveBigIntegerField(default=0, help_text="answered 5xx")
    request_latency = models.JSONField(default=dict, help_text="a LatencyHistogram as JSON")
    misses_availability = models.BooleanField(
        default=False, help_text="violation: up for less than the target of that time"
    )
    misses_latency = models.BooleanField(
        default=False, help_text="violation: its p95 above the target of that time"
    )
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "sla_buckets"
        verbose_name = "SLA bucket"
        ordering = ["service_name", "starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["service_name", "starts_at"], name="sla_buckets_once"),
        ]
        indexes = [models.Index(fields=["starts_at"], name="sla_buckets_start")]

    def __str__(self) -> str:
        return f"{self.service_name} {self.starts_at:%Y-%m-%d %H:%M}"


class SlaMetric(models.Model):
    """One service in one period (days, by the midnight task). Null where nothing was measured."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service_name = models.CharField(max_length=255, help_text="name that the service gives itself")
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    uptime_percentage = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    response_time_p95 = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    response_time_p99 = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    violations = models.IntegerField(default=0)
    total_requests = models.BigIntegerField(default=0)
    failed_requests = models.BigIntegerField(default=0)

    up_ms = models.BigIntegerField(default=0)
    down_ms = models.BigIntegerField(default=0)
    unknown_ms = models.BigIntegerField(default=0)
    maintenance_ms = models.BigIntegerField(default=0)
    degraded_ms = models.BigIntegerField(default=0)
    probes = models.BigIntegerField(default=0)
    failed_probes = models.BigIntegerField(default=0)
    availability_violations = models.IntegerField(default=0, help_text="buckets below the target")
    latency_violations = models.IntegerField(default=0, help_text="buckets above the target")
    probe_latency = models.JSONField(default=dict, help_text="a LatencyHistogram as JSON")
    request_latency = models.JSONField(default=dict, help_text="a LatencyHistogram as JSON")
    latency_source = models.CharField(
        max_length=8, blank=True, help_text="requests or probes: what the percentiles are of"
    )

    class Meta:
        db_table = "sla_metrics"
        ordering = ["-period_start", "service_name"]
        verbose_name = "SLA metric"
        constraints = [
            models.UniqueConstraint(
                fields=["service_name", "period_start", "period_end"], name="sla_metrics_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_name} {self.period_start:%Y-%m-%d}"
