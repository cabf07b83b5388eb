"""The outbox: one row for each message owed, written in the transaction of the transition that owes it."""

from django.db import models
from django.db.models.functions import Now

from alerts.models.alert import Alert
from alerts.models.choices import Severity


class Kind(models.TextChoices):
    FIRING = "firing"
    RESOLVED = "resolved"
    ESCALATION = "escalation", "a step of the escalation chain"
    ACKNOWLEDGED = "acknowledged", "a person has taken it"
    REMINDER = "reminder", "acknowledged long ago, still firing"
    TEST = "test", "asked for by a person, about no real alert"


class Status(models.TextChoices):
    PENDING = "pending"
    LEASED = "leased", "being sent"
    HELD = "held", "hidden for now, with a reason; sent when that ends"
    SENT = "sent"
    FAILED = "failed", "refused for good"
    DEAD = "dead", "given up after the time budget"
    SUPERSEDED = "superseded", "overtaken by a later transition"
    SUPPRESSED = "suppressed", "not sent, with a reason"


# Sent by somebody sooner or later unless something changes; `held` ones wait for their reason to end.
OWED = (Status.PENDING, Status.LEASED)
OPEN = (*OWED, Status.HELD)


class Notification(models.Model):
    """One message owed to one recipient on one channel, from pending to a final status.

    What decides about sending (`due_at`, `rung_at`, `first_tried_at`) is the time of the database,
    so that senders on hosts whose clocks differ agree; `sent_at` is the sender's.
    """

    Kind = Kind
    Status = Status

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="notifications")
    transition_seq = models.PositiveIntegerField(help_text="the alert's transition that owes this")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    step = models.PositiveIntegerField(
        default=0, help_text="of the escalation chain; 0 for what the transition itself owes"
    )
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
    group_key = models.CharField(
        max_length=64,
        blank=True,
        help_text="rows of one key, channel and recipient may be one message",
    )
    carried_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried",
        help_text="the message of another row that spoke for this one too",
    )
    held_by = models.CharField(
        max_length=12, blank=True, help_text="silence, window, inhibition: why it is or was hidden"
    )
    held_for = models.CharField(
        max_length=64, blank=True, help_text="id of the silence, window or causing alert"
    )
    held_at = models.DateTimeField(null=True, blank=True, help_text="hidden since")
    reason = models.CharField(max_length=500, blank=True, help_text="why it failed or was not sent")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(
        null=True, blank=True, help_text="its status became final, by the clock of the database"
    )

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
            models.Index(
                fields=["group_key", "channel", "recipient"],
                condition=models.Q(status=Status.PENDING),
                name="notifications_bundles",
            ),
            models.Index(
                fields=["held_at"],
                condition=models.Q(status=Status.HELD),
                name="notifications_held",
            ),
            models.Index(
                fields=["settled_at", "id"],
                condition=models.Q(settled_at__isnull=False),
                name="notifications_settled",
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
            models.CheckConstraint(
                condition=models.Q(status__in=OPEN, settled_at=None)
                | (~models.Q(status__in=OPEN) & models.Q(settled_at__isnull=False)),
                name="notifications_final_has_instant",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=Status.HELD, held_by=""),
                name="notifications_held_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel} to {self.recipient} ({self.status})"
