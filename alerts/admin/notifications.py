"""The ledger in the admin: each message owed, its tries and receipts; to read only."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from alerts.admin.look import STYLES, badge, lines
from alerts.ledger.listing import shown_recipient
from alerts.models import Notification, NotificationAttempt, NotificationReceipt
from alerts.models.alert import Source

if TYPE_CHECKING:
    NotificationAdminBase = admin.ModelAdmin[Notification]
    TryInlineBase = admin.TabularInline[NotificationAttempt, Notification]
    ReceiptInlineBase = admin.TabularInline[NotificationReceipt, Notification]
else:
    NotificationAdminBase = admin.ModelAdmin
    TryInlineBase = ReceiptInlineBase = admin.TabularInline


class TryInline(TryInlineBase):
    """Each try to send it, and what the other side said."""

    model = NotificationAttempt
    fields = ("at", "outcome", "detail", "latency_ms")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = "tries"

    def has_add_permission(self, request: HttpRequest, obj: Notification | None = None) -> bool:
        """Say no: only a try adds one."""
        return False


class ReceiptInline(ReceiptInlineBase):
    """What the provider reported later."""

    model = NotificationReceipt
    fields = ("at", "status", "detail")
    readonly_fields = fields
    extra = 0
    can_delete = False
    verbose_name_plural = "receipts"

    def has_add_permission(self, request: HttpRequest, obj: Notification | None = None) -> bool:
        """Say no: only the provider adds one."""
        return False


@admin.register(Notification)
class NotificationAdmin(NotificationAdminBase):
    """What was owed and what became of it. Nobody changes the ledger, whatever their rights."""

    list_display = (
        "created_at",
        "how_severe",
        "about",
        "kind",
        "channel",
        "to",
        "standing",
        "attempts",
        "reason",
    )
    list_display_links = ("created_at", "about")
    list_filter = ("status", "kind", "channel", "severity", "held_by", "in_doubt", "created_at")
    search_fields = ("alert__title", "alert__service", "recipient", "reason", "provider_ref")
    list_select_related = ("alert",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at", "-id")
    inlines = (TryInline, ReceiptInline)
    fields = (
        ("alert", "kind", "step"),
        ("channel", "to", "severity"),
        ("status", "reason"),
        ("attempts", "postponements", "in_doubt"),
        ("created_at", "due_at", "sent_at", "settled_at"),
        ("held_by", "held_for", "held_at"),
        ("group_key", "carried_by"),
        ("provider_ref", "dedup_key"),
        "said",
    )

    class Media:
        css = STYLES

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        """Return all messages but the canary's, of which there is one each minute."""
        return super().get_queryset(request).exclude(alert__source=Source.CANARY)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no: only a transition owes a message."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Notification | None = None) -> bool:
        """Say no: the ledger is a record."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Notification | None = None) -> bool:
        """Say no: the ledger is a record."""
        return False

    @admin.display(description="severity", ordering="severity")
    def how_severe(self, notification: Notification) -> SafeString:
        """Return the severity as a coloured word."""
        return badge(notification.severity)

    @admin.display(description="about", ordering="alert__title")
    def about(self, notification: Notification) -> str:
        """Return the title of the alert."""
        return notification.alert.title

    @admin.display(description="recipient", ordering="recipient")
    def to(self, notification: Notification) -> str:
        """Return the recipient without what may be a secret."""
        return shown_recipient(notification.recipient)

    @admin.display(description="status", ordering="status")
    def standing(self, notification: Notification) -> SafeString:
        """Return the status as a coloured word."""
        return badge(notification.status)

    @admin.display(description="what it says")
    def said(self, notification: Notification) -> SafeString:
        """Return the facts that were frozen at the transition, line by line."""
        return lines(notification.payload)
