"""The history of probes."""

import uuid

from django.db import models


class Status(models.TextChoices):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class ServiceHealth(models.Model):
    """What one probe of one service found."""

    Status = Status

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service_name = models.CharField(max_length=64, help_text="short name of the watched service")
    status = models.CharField(
        max_length=9, choices=Status.choices, help_text="after retries before a flip"
    )
    response_time_ms = models.IntegerField(null=True, blank=True)
    error_message = models.TextField(null=True, blank=True)  # noqa: DJ001 - null where nothing went wrong
    checked_at = models.DateTimeField(db_index=True, help_text="slot of the probe")
    failed = models.BooleanField(
        default=False, help_text="this probe itself failed, whatever the status says yet"
    )
    behind = models.CharField(
        max_length=255, blank=True, help_text="what was down before it: nothing is known of it"
    )
    holds_seconds = models.PositiveIntegerField(
        default=30, help_text="until when this counts, if no other probe comes before"
    )
    consecutive_failures = models.PositiveIntegerField(default=0)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "service_health"
        ordering = ["-checked_at", "service_name"]
        verbose_name_plural = "service health"
        constraints = [
            models.UniqueConstraint(
                fields=["service_name", "checked_at"], name="service_health_once_per_slot"
            ),
        ]
        indexes = [models.Index(fields=["status", "-checked_at"], name="service_health_status")]

    def __str__(self) -> str:
        return f"{self.service_name} {self.status} at {self.checked_at:%Y-%m-%d %H:%M:%S}"
