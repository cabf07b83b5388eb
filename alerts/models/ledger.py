"""Proof that the ledger was not changed afterwards, and what receivers reported about messages they took."""

from django.db import models

from alerts.models.notification import Notification


class LedgerDay(models.Model):
    """The digest of one UTC day of the ledger, chained to the day before."""

    day = models.DateField(primary_key=True)
    notifications = models.PositiveIntegerField(
        help_text="messages whose status became final that day"
    )
    attempts = models.PositiveIntegerField(help_text="tries that began that day")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the day's rows")
    chain = models.CharField(
        max_length=64, help_text="SHA-256 of the chain of the day before and this digest"
    )
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "notification_ledger_days"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.chain[:12]}"


class NotificationReceipt(models.Model):
    """What a provider reported after it took a message, such as Twilio's `delivered`; rows are added only."""

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="receipts")
    at = models.DateTimeField()
    status = models.CharField(max_length=32)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "notification_receipts"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "status"], name="notification_receipts_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} at {self.at:%Y-%m-%d %H:%M:%S}"


class ActionUse(models.Model):
    """A signed link or button that was used: its second use is refused."""

    nonce = models.CharField(max_length=128, primary_key=True)
    used_at = models.DateTimeField()
    actor = models.CharField(max_length=255)

    class Meta:
        db_table = "alert_action_uses"

    def __str__(self) -> str:
        return self.nonce
