"""The ledger of attempts: what was tried, when, and what the other side said."""

from django.db import models
from django.db.models.functions import Now

from alerts.models.notification import Notification


class Outcome(models.TextChoices):
    SENT = "sent"
    TRANSIENT = "transient", "failed, tried again later"
    UNKNOWN = "unknown", "handed over, but no answer came; tried again later"
    PERMANENT = "permanent", "refused for good"
    FENCED = "fenced", "finished after its lease had ended"


class NotificationAttempt(models.Model):
    """One try to send one notification; rows are added, never changed."""

    Outcome = Outcome

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    detail = models.CharField(
        max_length=500, blank=True, help_text="reply code and text, without secrets"
    )
    latency_ms = models.FloatField()
    recorded_at = models.DateTimeField(
        db_default=Now(),
        editable=False,
        help_text="by the clock of the database: its day of the proof",
    )

    class Meta:
        db_table = "notification_attempts"
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["recorded_at", "id"], name="notification_attempts_recorded")
        ]

    def __str__(self) -> str:
        return f"{self.outcome} at {self.at:%Y-%m-%d %H:%M:%S}"
