"""What people work on, over one or more alerts."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from alerts.models.alert import Alert


class IncidentSeverity(models.TextChoices):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class IncidentStatus(models.TextChoices):
    OPEN = "open"
    INVESTIGATING = "investigating"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Incident(models.Model):
    """One outage or degradation as people speak of it; what happened to it is in its events."""

    Severity = IncidentSeverity
    Status = IncidentStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    severity = models.CharField(max_length=8, choices=IncidentSeverity.choices)
    status = models.CharField(
        max_length=13, choices=IncidentStatus.choices, default=IncidentStatus.OPEN
    )
    affected_services = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    alerts = models.ManyToManyField(
        Alert, blank=True, related_name="incidents", db_table="incident_alerts"
    )
    detected_at = models.DateTimeField(db_index=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    root_cause = models.TextField(null=True, blank=True)  # noqa: DJ001 - unknown is not the same as empty
    resolution = models.TextField(null=True, blank=True)  # noqa: DJ001 - unknown is not the same as empty

    postmortem = models.TextField(blank=True, help_text="Markdown; empty until someone writes it")
    opened_by = models.CharField(
        max_length=255, blank=True, help_text="person; empty if opened from a group by itself"
    )
    group_key = models.CharField(
        max_length=64, blank=True, help_text="group of alerts that it was opened from by itself"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "incidents"
        ordering = ["-detected_at"]
        indexes = [models.Index(fields=["status", "severity"], name="incidents_status_severity")]
        constraints = [
            models.UniqueConstraint(
                fields=["group_key"],
                condition=~models.Q(group_key="")
                & models.Q(status__in=[IncidentStatus.OPEN, IncidentStatus.INVESTIGATING]),
                name="incidents_one_open_per_group",
            ),
        ]

    def __str__(self) -> str:
        return self.title
