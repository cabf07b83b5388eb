"""What the public is told: written by people, never taken from internal words."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from alerts.models import Incident

LONGEST_TEXT = 5_000


class Impact(models.TextChoices):
    NONE = "none", "no impact"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class PublicStage(models.TextChoices):
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class PublicIncident(models.Model):
    """An incident as the status page tells it."""

    Impact = Impact

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=255)
    impact = models.CharField(max_length=8, choices=Impact.choices, default=Impact.MINOR)
    services = ArrayField(
        models.CharField(max_length=64), default=list, blank=True, help_text="short names"
    )
    incident = models.ForeignKey(
        Incident,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="public_incidents",
        help_text="the internal one; the public sees nothing of it",
    )
    started_at = models.DateTimeField(db_index=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    is_published = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "public_incidents"
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return self.title


class PublicUpdate(models.Model):
    """One thing said about a public incident; the newest gives its stage."""

    Stage = PublicStage

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    public_incident = models.ForeignKey(PublicIncident, models.CASCADE, related_name="updates")
    stage = models.CharField(max_length=13, choices=PublicStage.choices)
    text = models.TextField(max_length=LONGEST_TEXT)
    posted_at = models.DateTimeField()
    posted_by = models.CharField(max_length=255, blank=True)

    class Meta:
        db_table = "public_updates"
        ordering = ["-posted_at"]

    def __str__(self) -> str:
        return f"{self.stage}: {self.text[:60]}"
