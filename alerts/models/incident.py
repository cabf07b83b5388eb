"""What people work on, over one or more alerts."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

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
    """One outage or degradation as people speak of it."""

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

    class Meta:
        db_table = "incidents"
        ordering = ["-detected_at"]
        indexes = [models.Index(fields=["status", "severity"], name="incidents_status_severity")]

    def __str__(self) -> str:
        return self.title
