"""Alerts in the admin: to look at, to take, to resolve, to make an incident of."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alerts import services
from alerts.admin.acts import Act, Acts
from alerts.admin.alert_inlines import EventInline, NotificationInline
from alerts.admin.look import STYLES, age, badge
from alerts.admin.silences import silence_url
from alerts.chain_wording import ending
from alerts.course import course_of
from alerts.models import Alert
from alerts.models.alert import Source, State
from monitoring.errors import DomainError

VIA = "admin"


class NoteForm(ActionForm):
    """The action bar, with a line for what was done."""

    note = forms.CharField(
        required=False,
        max_length=10_000,
        label="Note:",
        widget=forms.TextInput({"placeholder": "kept with a resolution"}),
    )


@admin.register(Alert)
class AlertAdmin(Acts):
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
    inlines = (EventInline, NotificationInline)
    readonly_fields = ("carries", "chain", "next_step", "worst_lateness")
    action_form = NoteForm
    actions = ("acknowledge", "unacknowledge", "resolve", "silence", "open_incident")

    class Media:
        css = STYLES

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        """Return all alerts but the canary's, of which there is one every second minute."""
        return super().get_queryset(request).exclude(source=Source.CANARY)

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

    @admin.display(description="labels")
    def carries(self, alert: Alert) -> str:
        """Return the labels of the series as people write them."""
        return ", ".join(f"{name}={value}" for name, value in sorted(alert.labels.items()))

    def acts_on(self, row: Alert) -> list[Act]:
        """Return what can be done: to take or to give back, to end, to silence, to make an incident of."""
        incident = ("open_incident", "Open an incident")
        if row.state == State.RESOLVED:
            return [incident]
        take = (
            ("unacknowledge", "Give it back")
            if row.acknowledged
            else ("acknowledge", "Acknowledge")
        )
        return [take, ("resolve", "Resolve"), ("silence", "Silence"), incident]

    @admin.display(description="chain of escalation")
    def chain(self, alert: Alert) -> SafeString | str:
        """Return the chain as it was frozen, a sentence for each step, those taken ticked."""
        course = course_of(alert).chain
        if course is None:
            return "none: the rule has no policy"
        taken = alert.escalation_step
        lines = [
            ("taken: " if number <= taken else "", step["sentence"])
            for number, step in enumerate(course.steps, start=1)
        ]
        lines.append(("", ending(len(course.steps), course.repeats)))
        steps = format_html_join("", "<div>{}{}</div>", lines)
        return format_html("<div>{}</div>{}", course.policy, steps)

    @admin.display(description="next step")
    def next_step(self, alert: Alert) -> str:
        """Return when the chain goes on, and with what."""
        course = course_of(alert).chain
        if course is None or alert.next_step_at is None:
            return "none"
        return f"{alert.next_step_at:%Y-%m-%d %H:%M:%S} UTC: {course.next_step}"

    @admin.display(description="worst lateness of a step")
    def worst_lateness(self, alert: Alert) -> str:
        """Return how late the latest step was."""
        course = course_of(alert).chain
        if course is None or course.worst_lateness_seconds is None:
            return "no step taken"
        return f"{course.worst_lateness_seconds:g} s"

    @admin.action(description="Acknowledge the selected alerts", permissions=["change"])
    def acknowledge(self, request: HttpRequest, selected: QuerySet[Alert]) -> None:
        """Take the alerts in the name of the person who is logged in."""
        self._each(request, selected, services.acknowledge_alert, "Acknowledged")

    @admin.action(description="Un-acknowledge the selected alerts", permissions=["change"])
    def unacknowledge(self, request: HttpRequest, selected: QuerySet[Alert]) -> None:
        """Give the alerts back: their chains of escalation go on."""
        self._each(
            request, selected.filter(acknowledged=True), services.unacknowledge_alert, "Given back"
        )

    @admin.action(description="Resolve the selected alerts", permissions=["change"])
    def resolve(self, request: HttpRequest, selected: QuerySet[Alert]) -> None:
        """End the alerts; one whose breach goes on stays quiet until that is over."""
        note = request.POST.get("note", "").strip() or None
        still_open = selected.exclude(state=State.RESOLVED)
        self._each(request, still_open, partial(services.resolve_alert, note=note), "Resolved")

    @admin.action(description="Silence the selected alerts", permissions=["change"])
    def silence(self, request: HttpRequest, selected: QuerySet[Alert]) -> HttpResponseRedirect:
        """Lead to the page of a new silence, filled with what the alerts have in common."""
        return HttpResponseRedirect(silence_url(list(selected)))

    @admin.action(description="Open one incident over the selected alerts", permissions=["change"])
    def open_incident(self, request: HttpRequest, selected: QuerySet[Alert]) -> None:
        """Make an incident: as severe as the worst of the alerts, since the first of them."""
        incident = services.open_incident(
            list(selected), by=request.user.get_username(), at=timezone.now(), via=VIA
        )
        self.message_user(request, f"Incident opened: {incident.title}.", messages.SUCCESS)

    def _each(
        self,
        request: HttpRequest,
        selected: QuerySet[Alert],
        act: Callable[..., Alert],
        done: str,
    ) -> None:
        """Do something to each alert by itself, and say how often, and why not."""
        number = 0
        for alert in selected.order_by("pk"):
            try:
                act(alert.pk, by=request.user.get_username(), at=timezone.now(), via=VIA)
                number += 1
            except DomainError as error:
                self.message_user(request, f"{alert.title}: {error.message}.", messages.WARNING)
        self.message_user(request, f"{done}: {number}.")

    def get_fields(self, request: HttpRequest, obj: Alert | None = None) -> Any:
        """Return what a person asks first, first."""
        return _FIELDS


_FIELDS = (
    ("title", "severity", "state"),
    "description",
    ("service", "value", "threshold"),
    "carries",
    ("started_at", "fired_at", "resolved_at", "no_data_since"),
    ("acknowledged_by", "acknowledged_at", "acknowledged_via"),
    "chain",
    ("next_step", "worst_lateness", "remind_at"),
    ("resolved_by", "resolution_note", "snoozed"),
    ("rule", "source", "fingerprint", "transition_seq"),
    ("notification_channels", "notify_at", "last_evaluated_at"),
)
