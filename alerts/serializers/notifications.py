"""JSON of the ledger: messages, tries, receipts, and the proof that none of it was changed."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.ledger.listing import shown_recipient
from alerts.models import Notification as NotificationRow
from alerts.models.attempt import Outcome
from alerts.models.choices import Severity
from alerts.models.notification import Kind, Status


class Notification(serializers.Serializer[Any]):
    """One message owed to one recipient on one channel."""

    id = serializers.IntegerField()
    alert_id = serializers.UUIDField()
    title = serializers.CharField(source="alert.title")
    kind = serializers.ChoiceField(Kind.choices)
    step = serializers.IntegerField(help_text="of the escalation chain; 0 outside of it")
    severity = serializers.ChoiceField(Severity.choices)
    channel = serializers.CharField()
    recipient = serializers.SerializerMethodField(help_text="of a URL only the host")
    status = serializers.ChoiceField(Status.choices)
    reason = serializers.CharField(help_text="why it failed, waits or was not sent")
    attempts = serializers.IntegerField(help_text="tries begun")
    in_doubt = serializers.BooleanField(help_text="a try ended without an answer")
    carried_by = serializers.IntegerField(
        source="carried_by_id",
        allow_null=True,
        help_text="the message of this one spoke for it too",
    )
    held_by = serializers.CharField(
        help_text="silence, window or inhibition; empty if never hidden"
    )
    held_for = serializers.CharField(help_text="id of the silence, the window or the causing alert")
    held_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="tried not before, while it waits")
    sent_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True, help_text="its status became final")

    @extend_schema_field(serializers.CharField())
    def get_recipient(self, row: NotificationRow) -> str:
        """Return the recipient without what may be a secret."""
        return shown_recipient(row.recipient)


class NotificationTry(serializers.Serializer[Any]):
    """One try to send it, and what the other side said."""

    at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(Outcome.choices)
    detail = serializers.CharField()
    latency_ms = serializers.FloatField()


class NotificationReceipt(serializers.Serializer[Any]):
    """What the provider reported after it took it."""

    at = serializers.DateTimeField()
    status = serializers.CharField()
    detail = serializers.CharField()


class OneNotification(Notification):
    """One message with all that is known of it."""

    provider_ref = serializers.CharField(help_text="such as the Message-ID")
    dedup_key = serializers.CharField(help_text="the same for every try")
    payload = serializers.DictField(help_text="what is said, frozen at the transition")
    tries = NotificationTry(many=True, source="tries.all")
    receipts = NotificationReceipt(many=True, source="receipts.all")


class LedgerDay(serializers.Serializer[Any]):
    """One sealed day of the ledger."""

    day = serializers.DateField()
    notifications = serializers.IntegerField()
    attempts = serializers.IntegerField()
    chain = serializers.CharField()
    sealed_at = serializers.DateTimeField()
    ok = serializers.BooleanField()
    problem = serializers.CharField(help_text="empty if it is as it was sealed")


class LedgerVerification(serializers.Serializer[Any]):
    """Whether the ledger is as it was sealed, and whether anything is missing or late."""

    ok = serializers.BooleanField()
    days = LedgerDay(many=True)
    first_broken = serializers.DateField(allow_null=True)
    unsealed = serializers.ListField(
        child=serializers.DateField(), help_text="over for more than a day, and not sealed"
    )
    overdue = serializers.IntegerField(help_text="messages that should have been sent minutes ago")
    unaccounted = serializers.IntegerField(
        help_text="firings that owe nobody anything, and messages sent without a try"
    )
    head = serializers.CharField(help_text="the newest chain: note it elsewhere")
