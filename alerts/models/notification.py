"""The outbox: one row for each message owed, written in the transaction of the transition that owes it."""

from django.db import models
from django.db.models.functions import Now

from alerts.models.alert import Alert
from alerts.models.choices import Severity


class Kind(models.TextChoices):
    FIRING = "firing"
    RESOLVED = "resolved"


class Status(models.TextChoices):
    PENDING = "pending"
    LEASED = "leased", "being sent"
    SENT = "sent"
    FAILED = "failed", "refused for good"
    DEAD = "dead", "given up after the time budget"
    SUPERSEDED = "superseded", "overtaken by a later transition"
    SUPPRESSED = "suppressed", "not sent, with a reason"


OWED = (Status.PENDING, Status.LEASED)


class Notification(models.Model):
    """One message owed to one recipient on one channel, from pending to a final status.

    What decides about sending (`due_at`, `rung_at`, `first_tried_at`) is the time of the database,
    so that senders on hosts whose clocks differ agree; `sent_at` is the sender's.
    """

    Kind = Kind
    Status = Status

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="notifications")
    transition_seq = models.PositiveIntegerField(help_text="the alert's transition that owes this")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    channel = models.CharField(max_length=32)
    recipient = models.TextField(
        blank=True, help_text="address or URL, as the channel understands it"
    )
    dedup_key = models.CharField(
        max_length=64, unique=True, help_text="one row for each thing owed"
    )
    severity = models.CharField(max_length=8, choices=Severity.choices)
    payload = models.JSONField(help_text="what to say, frozen at the transition")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0, help_text="tries begun")
    postponements = models.PositiveIntegerField(
        default=0, help_text="tries that failed and made the back-off grow"
    )
    asked_to_wait_seconds = models.FloatField(
        default=0, help_text="waits that the other side asked for; the time budget leaves them out"
    )
    due_at = models.DateTimeField(
        db_default=Now(), help_text="not before; while leased, when the lease ends"
    )
    first_tried_at = models.DateTimeField(
        null=True, blank=True, help_text="the time budget runs from here"
    )
    rung_at = models.DateTimeField(
        null=True, blank=True, help_text="when the sweep last called a worker to it"
    )
    lease_token = models.UUIDField(
        null=True, blank=True, help_text="fences a sender that outlived its lease"
    )
    in_doubt = models.BooleanField(
        default=False, help_text="a try ended without an answer: it may have arrived already"
    )
    provider_ref = models.CharField(
        max_length=255, blank=True, help_text="receipt, such as the Message-ID"
    )
    reason = models.CharField(max_length=500, blank=True, help_text="why it failed or was not sent")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "notifications"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(status__in=OWED),
                name="notifications_owed",
            ),
            # What is owed before a message: without it the planner walks all that is owed, for each row.
            models.Index(
                fields=["alert", "channel", "transition_seq"],
                condition=models.Q(status__in=OWED),
                name="notifications_in_order",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status=Status.SENT, sent_at__isnull=False)
                | (~models.Q(status=Status.SENT) & models.Q(sent_at=None)),
                name="notifications_sent_has_instant",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=Status.LEASED, lease_token=None),
                name="notifications_lease_has_token",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel} to {self.recipient} ({self.status})"
