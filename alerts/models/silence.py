"""What people mute on purpose: once for a time, or again and again."""

import uuid
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

LONGEST_WINDOW_MINUTES = 7 * 24 * 60


def time_zone(name: str) -> None:
    """Refuse what is no time zone of the IANA database."""
    if name not in available_timezones():
        raise ValidationError(f"{name!r} is no time zone; an example is Europe/Berlin")


class Silence(models.Model):
    """Alerts that match are not told from `starts_at` until `ends_at`; expired ones stay as history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    matchers = models.JSONField(
        help_text='list of {"label": ..., "op": "=" | "!=" | "=~" | "!~", "value": ...}; all must match'
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    owner = models.CharField(max_length=255)
    reason = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.CharField(max_length=255, blank=True, help_text="who ended it early")

    class Meta:
        db_table = "alert_silences"
        ordering = ["-ends_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")),
                name="alert_silences_end_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} ({self.owner})"


class MaintenanceWindow(models.Model):
    """A silence that comes again, such as each Sunday from 3 to 5 by the clock on a wall in Berlin."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=255)
    matchers = models.JSONField(help_text="as those of a silence")
    recurrence = models.CharField(
        max_length=255, help_text="iCalendar RRULE, such as FREQ=WEEKLY;BYDAY=SU"
    )
    first_start = models.DateTimeField(
        help_text="first begin; its time of day in the time zone is that of all"
    )
    duration_minutes = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WINDOW_MINUTES)]
    )
    time_zone = models.CharField(max_length=64, default="UTC", validators=[time_zone])
    owner = models.CharField(max_length=255)
    reason = models.TextField()
    expires_at = models.DateTimeField(help_text="no window begins after this")
    enabled = models.BooleanField(default=True)
    public_title = models.CharField(
        max_length=255,
        blank=True,
        help_text="announced on the public status page; empty: not there",
    )
    public_text = models.TextField(blank=True, help_text="what the public should know")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "alert_maintenance_windows"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
