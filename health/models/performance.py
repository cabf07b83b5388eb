"""Requests that were measured: each by itself for some days, added up for long."""

import uuid

from django.db import models
from django.db.models.functions import Now


class PerformanceMetric(models.Model):
    """One request of one service, as the service (or our own middleware) measured it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service_name = models.CharField(max_length=255)
    endpoint = models.CharField(max_length=255, help_text="route, never a path with ids in it")
    method = models.CharField(max_length=7)
    response_time_ms = models.IntegerField()
    status_code = models.PositiveSmallIntegerField()
    timestamp = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "performance_metrics"
        ordering = ["-timestamp"]
        indexes = [
            models.Index(
                fields=["service_name", "endpoint", "timestamp"], name="performance_by_endpoint"
            ),
            models.Index(fields=["response_time_ms"], name="performance_slow"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint} {self.response_time_ms} ms ({self.status_code})"


class RollupSource(models.TextChoices):
    REQUESTS = "requests", "requests measured one by one"
    HISTOGRAM = "histogram", "a pushed http_request_duration_ms histogram"


class PerformanceRollup(models.Model):
    """Requests of one endpoint in one span, added up. Writers append parts; compaction puts parts together.

    Readers add up all parts, so that a part may come late and nobody waits for a lock.
    """

    Source = RollupSource

    id = models.BigAutoField(primary_key=True)
    service_name = models.CharField(max_length=255)
    endpoint = models.CharField(max_length=255)
    method = models.CharField(max_length=7)
    source = models.CharField(
        max_length=9, choices=RollupSource.choices, default=RollupSource.REQUESTS
    )
    starts_at = models.DateTimeField()
    width_seconds = models.PositiveIntegerField(help_text="60, 300 or 3,600")
    requests = models.PositiveBigIntegerField()
    client_errors = models.PositiveBigIntegerField(default=0, help_text="answered 4xx")
    server_errors = models.PositiveBigIntegerField(default=0, help_text="answered 5xx")
    satisfied = models.PositiveBigIntegerField(default=0, help_text="apdex: within the threshold")
    tolerating = models.PositiveBigIntegerField(default=0, help_text="apdex: within four times")
    total_ms = models.FloatField(default=0)
    slowest_ms = models.FloatField(default=0)
    latency = models.JSONField(help_text="a LatencyHistogram as JSON")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "performance_rollups"
        ordering = ["-starts_at"]
        indexes = [
            models.Index(fields=["starts_at"], name="performance_rollups_start"),
            models.Index(fields=["service_name", "starts_at"], name="performance_rollups_service"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["service_name", "endpoint", "method", "starts_at"],
                condition=models.Q(source=RollupSource.HISTOGRAM),
                name="performance_rollups_harvested_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_name} {self.method} {self.endpoint} {self.starts_at:%Y-%m-%d %H:%M}"


class HarvestedSeries(models.Model):
    """Up to which sample a pushed histogram's series is in the roll-up: its next growth counts from there."""

    series_id = models.IntegerField(primary_key=True, help_text="number of the series in the store")
    at = models.DateTimeField(help_text="instant of that sample")
    value = models.FloatField(help_text="its value, a running total")

    class Meta:
        db_table = "harvested_series"

    def __str__(self) -> str:
        return f"series {self.series_id} until {self.at:%Y-%m-%d %H:%M:%S}"


class HealthCursor(models.Model):
    """How far a job has come that walks through time; a repeat goes on from there."""

    name = models.CharField(primary_key=True, max_length=64)
    at = models.DateTimeField(help_text="everything before it is done")

    class Meta:
        db_table = "health_cursors"

    def __str__(self) -> str:
        return f"{self.name} until {self.at:%Y-%m-%d %H:%M:%S}"
