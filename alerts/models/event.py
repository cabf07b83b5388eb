"""What happened to an alert or an incident: added, never changed; the database refuses both."""

from django.db import models
from django.db.models.functions import Now

from alerts.models.alert import Alert
from alerts.models.incident import Incident


class EventKind(models.TextChoices):
    FIRED = "fired"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged", "acknowledged long ago, escalated again"
    REMINDED = "reminded"
    ESCALATED = "escalated", "a step of the chain was taken"
    EXHAUSTED = "exhausted", "the chain ended and nobody had acknowledged"
    HIDDEN = "hidden", "its messages are held back"
    RELEASED = "released", "its messages are no longer held back"
    OPENED = "opened"
    LINKED = "linked", "an alert joined the incident"
    UNLINKED = "unlinked", "an alert was taken out of the incident"
    MOVED = "moved", "the status of the incident changed"
    EDITED = "edited"
    NOTED = "noted", "a person wrote something down"


class Event(models.Model):
    """One line of a timeline. `sent` lines are not here: they are the ledger of notifications."""

    Kind = EventKind

    at = models.DateTimeField()
    kind = models.CharField(max_length=14, choices=EventKind.choices)
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, blank=True, related_name="events")
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="events"
    )
    actor = models.CharField(max_length=255, blank=True, help_text="person; empty: by itself")
    via = models.CharField(max_length=16, blank=True, help_text="api, admin, link, slack")
    detail = models.JSONField(default=dict, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "alert_events"
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["alert", "at"], name="alert_events_alert"),
            models.Index(fields=["incident", "at"], name="alert_events_incident"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(alert__isnull=False) | models.Q(incident__isnull=False),
                name="alert_events_about_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M:%S}"
