"""Alerts in the admin: to look at, to take, to resolve, to make an incident of."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from alerts import services
from alerts.admin.look import STYLES, age, badge
from alerts.models import Alert, Notification
from alerts.models.alert import State
from monitoring.errors import DomainError

if TYPE_CHECKING:
    AlertAdminBase = admin.ModelAdmin[Alert]
    NotificationInlineBase = admin.TabularInline[Notification, Alert]
else:
    AlertAdminBase, NotificationInlineBase = admin.ModelAdmin, admin.TabularInline


class NoteForm(ActionForm):
    """The action bar, with a line for what was done."""

    note = forms.CharField(
        required=False,
        max_length=10_000,
        label="Note:",
        widget=forms.TextInput({"placeholder": "kept with a resolution"}),
    )


class NotificationInline(NotificationInlineBase):
    """The ledger of one alert: each message owed, and each try to send it."""

    model = Notification
    fields = ("created_at", "kind", "channel", "recipient", "standing", "tries_made", "reason")
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


@admin.register(Alert)
class AlertAdmin(AlertAdminBase):
    """What fires and what has fired. Nothing here is typed in: alerts come from rules and findings."""

    list_display = (
        "how_severe",
        "title",
        "service",
        "standing",
        "measured",
        "lasted",
        "taken_by",
        "started_at",
    )
    list_display_links = ("title",)
    list_filter = ("state", "severity", "acknowledged", "service", "started_at")
    search_fields = ("title", "description", "service", "rule__rule_name", "fingerprint")
    date_hierarchy = "started_at"
    list_select_related = ("rule",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-started_at", "id")
    inlines = (NotificationInline,)
    action_form = NoteForm
    actions = ("acknowledge", "resolve", "open_incident")

    class Media:
        css = STYLES

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no: an alert is raised, not typed in."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:
        """Allow the actions to those who may change alerts, and the page of one alert to be read only."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:
        """Say no: alerts are history."""
        return False

    @admin.display(description="severity", ordering="severity")
    def how_severe(self, alert: Alert) -> SafeString:
        """Return the severity as a coloured word."""
        return badge(alert.severity)

    @admin.display(description="state", ordering="state")
    def standing(self, alert: Alert) -> SafeString:
        """Return the state as a coloured word."""
        return badge(alert.state)

    @admin.display(description="value", ordering="value")
    def measured(self, alert: Alert) -> str:
        """Return the last value beside what it is compared with."""
        value = "no data" if alert.value is None else f"{alert.value:g}"
        if alert.threshold is None:
            return value
        condition = alert.rule.condition if alert.rule else "against"
        return f"{value} ({condition} {alert.threshold:g})"

    @admin.display(description="for")
    def lasted(self, alert: Alert) -> str:
        """Return how long the breach has lasted or did last."""
        return age(alert.started_at, alert.resolved_at, at=timezone.now())

    @admin.display(description="taken by", ordering="acknowledged_by")
    def taken_by(self, alert: Alert) -> str:
        """Return who has acknowledged it."""
        return alert.acknowledged_by or ("nobody yet" if alert.state == State.FIRING else "")

    @admin.action(description="Acknowledge the selected alerts", permissions=["change"])
    def acknowledge(self, request: HttpRequest, selected: QuerySet[Alert]) -> None:
        """Take the alerts in the name of the person who is logged in."""
        taken = 0
        for alert in selected:
            try:
                services.acknowledge_alert(
                    alert.pk, by=request.user.get_username(), at=timezone.now()
                )
                taken += 1
            except DomainError as error:
                self.message_user(request, f"{alert.title}: {error.message}.", messages.WARNING)
        self.message_user(request, f"Acknowledged: {taken}.")

    @admin.action(description="Resolve the selected alerts", permissions=["change"])
    def resolve(self, request: HttpRequest, selected: QuerySet[Alert]) -> None:
        """End the alerts; one whose breach goes on stays quiet until that is over."""
        note = request.POST.get("note", "").strip() or None
        open_alerts = list(selected.exclude(state=State.RESOLVED))
        for alert in open_alerts:
            services.resolve_alert(
                alert.pk, by=request.user.get_username(), note=note, at=timezone.now()
            )
        self.message_user(request, f"Resolved: {len(open_alerts)}.")

    @admin.action(description="Open one incident over the selected alerts", permissions=["change"])
    def open_incident(self, request: HttpRequest, selected: QuerySet[Alert]) -> None:
        """Make an incident: as severe as the worst of the alerts, since the first of them."""
        incident = services.open_incident(list(selected), by=request.user.get_username())
        self.message_user(request, f"Incident opened: {incident.title}.", messages.SUCCESS)

    def get_fields(self, request: HttpRequest, obj: Alert | None = None) -> Any:
        """Return what a person asks first, first."""
        return _FIELDS


_FIELDS = (
    ("title", "severity", "state"),
    "description",
    ("service", "value", "threshold"),
    "labels",
    ("started_at", "fired_at", "resolved_at", "no_data_since"),
    ("acknowledged_by", "acknowledged_at"),
    ("resolved_by", "resolution_note", "snoozed"),
    ("rule", "source", "fingerprint", "transition_seq"),
    ("notification_channels", "notify_at", "last_evaluated_at"),
)
