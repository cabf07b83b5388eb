"""How a channel stands: paused because its other side asked for it, and how much it may send now."""

from django.db import models
from django.db.models.functions import Now


class ChannelState(models.Model):
    """One row for each channel that ever sent; all instants are of the database's clock."""

    channel = models.CharField(max_length=32, primary_key=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=500, blank=True)
    tokens = models.FloatField(
        default=0, help_text="messages that may be sent at once, at `refilled_at`"
    )
    refilled_at = models.DateTimeField(db_default=Now())
    next_token_at = models.DateTimeField(
        null=True, blank=True, help_text="its budget is used up: nothing is sent before"
    )

    class Meta:
        db_table = "notification_channels"
        verbose_name = "channel"

    def __str__(self) -> str:
        return self.channel
