"""Whole days of request performance: a month of minutes would be half a million histograms to add up."""

from django.db import models


class PerformanceDay(models.Model):
    """One endpoint in one UTC day that is closed: the sum of its parts, which stay beside it."""

    id = models.BigAutoField(primary_key=True)
    service_name = models.CharField(max_length=255)
    endpoint = models.CharField(max_length=255)
    method = models.CharField(max_length=7)
    starts_at = models.DateTimeField(help_text="midnight, UTC")
    requests = models.PositiveBigIntegerField()
    server_errors = models.PositiveBigIntegerField(help_text="answered 5xx")
    satisfied = models.PositiveBigIntegerField(help_text="apdex: within the threshold")
    tolerating = models.PositiveBigIntegerField(help_text="apdex: within four times")
    total_ms = models.FloatField()
    slowest_ms = models.FloatField()
    latency = models.JSONField(help_text="a LatencyHistogram as JSON")

    class Meta:
        db_table = "performance_days"
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["starts_at", "service_name", "endpoint", "method"],
                name="performance_days_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_name} {self.method} {self.endpoint} {self.starts_at:%Y-%m-%d}"
