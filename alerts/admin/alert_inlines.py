"""What stands below one alert in the admin: its messages with every try, and what happened to it."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from alerts.admin.look import badge, lines
from alerts.models import Alert, Event, Notification

if TYPE_CHECKING:
    NotificationInlineBase = admin.TabularInline[Notification, Alert]
    EventInlineBase = admin.TabularInline[Event, Alert]
else:
    NotificationInlineBase = EventInlineBase = admin.TabularInline


# What the page of the alert says already.
_OWN = {"alert", "title"}


class NotificationInline(NotificationInlineBase):
    """The ledger of one alert: each message owed, and each try to send it."""

    model = Notification
    fields = (
        "created_at",
        "kind",
        "step",
        "channel",
        "recipient",
        "standing",
        "tries_made",
        "reason",
    )
    readonly_fields = fields
    extra = 0
    can_delete = False
    ordering = ("created_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        """Return the messages with their tries, in one more query for all of them."""
        return super().get_queryset(request).prefetch_related("tries")

    def has_add_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:
        """Say no: only a transition owes a message."""
        return False

    @admin.display(description="status")
    def standing(self, notification: Notification) -> SafeString:
        """Return the status as a coloured word."""
        return badge(notification.status)

    @admin.display(description="tries")
    def tries_made(self, notification: Notification) -> SafeString:
        """Return each try with its instant, outcome, reply and duration."""
        tries = [
            (each.at.strftime("%H:%M:%S"), each.outcome, each.detail, f"{each.latency_ms:.0f}")
            for each in notification.tries.all()
        ]
        return format_html_join("", "<div>{} {} {} ({} ms)</div>", tries)


class EventInline(EventInlineBase):
    """The timeline of one alert: fired, escalated, acknowledged by whom from where, resolved."""

    model = Event
    verbose_name_plural = "timeline"
    fields = ("at", "kind", "actor", "via", "told")
    readonly_fields = fields
    extra = 0
    can_delete = False
    ordering = ("at", "id")

    def has_add_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:
        """Say no: events are written by what happens."""
        return False

    @admin.display(description="detail")
    def told(self, event: Event) -> SafeString:
        """Return the details line by line, without what is empty."""
        return lines(event.detail, without=_OWN)
