"""Where each watched service stands now: one row each, so that nobody searches the history for it."""

from django.db import models

from health.models.service_health import Status
from health.models.watched_service import WatchedService


class ServiceState(models.Model):
    """The standing after the last probe (or heartbeat), and what the next one is judged against."""

    service = models.OneToOneField(
        WatchedService, models.CASCADE, primary_key=True, related_name="state"
    )
    status = models.CharField(max_length=9, choices=Status.choices)
    since = models.DateTimeField(help_text="has this status from here on")
    checked_at = models.DateTimeField(help_text="slot of the last probe")
    response_time_ms = models.FloatField(null=True, blank=True)
    error_message = models.TextField(blank=True)
    behind = models.CharField(
        max_length=255,
        blank=True,
        help_text="what is down before it, so that nothing is known of it",
    )
    consecutive_failures = models.PositiveIntegerField(default=0)
    consecutive_successes = models.PositiveIntegerField(default=0)
    details = models.JSONField(
        default=dict, blank=True, help_text="version, uptime, as it says itself"
    )
    certificate_expires_at = models.DateTimeField(null=True, blank=True)
    last_heartbeat_at = models.DateTimeField(null=True, blank=True)
    heartbeat_error = models.CharField(
        max_length=255, blank=True, help_text="what the last call reported; empty: success"
    )
    running_since = models.DateTimeField(
        null=True, blank=True, help_text="heartbeat: the job said that it has begun"
    )

    class Meta:
        db_table = "service_states"
        ordering = ["service"]

    def __str__(self) -> str:
        return f"{self.service_id} {self.status} since {self.since:%Y-%m-%d %H:%M:%S}"


class ServiceFlip(models.Model):
    """A change of status, kept when the probes around it are long gone."""

    id = models.BigAutoField(primary_key=True)
    service_name = models.CharField(max_length=64, help_text="short name of the watched service")
    at = models.DateTimeField(db_index=True)
    was = models.CharField(max_length=9, choices=Status.choices, blank=True)
    status = models.CharField(max_length=9, choices=Status.choices)
    error_message = models.TextField(blank=True)
    behind = models.CharField(max_length=255, blank=True)

    class Meta:
        db_table = "service_flips"
        ordering = ["-at", "service_name"]
        constraints = [
            models.UniqueConstraint(fields=["service_name", "at"], name="service_flips_once"),
        ]

    def __str__(self) -> str:
        return f"{self.service_name} {self.was or 'new'} -> {self.status} at {self.at:%Y-%m-%d %H:%M:%S}"
