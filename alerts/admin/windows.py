"""Maintenance windows in the admin, with their next openings; every write goes through the services."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from alerts import muting_preview
from alerts.admin.look import STYLES, badge
from alerts.admin.matchers import MatchersField
from alerts.admin.preview import preview_page, problem_page
from alerts.admin.refusals import PreviewedForm, show_refusal
from alerts.models import MaintenanceWindow
from alerts.muting import schedule_of
from alerts.muting_lists import standing
from alerts.routing import matcher_format
from alerts.services import windows

if TYPE_CHECKING:
    WindowFormBase = forms.ModelForm[MaintenanceWindow]
else:
    WindowFormBase = forms.ModelForm

_FIELDS = (
    "name",
    "matchers",
    "recurrence",
    "time_zone",
    "first_start",
    "duration_minutes",
    "expires_at",
    "owner",
    "reason",
    "enabled",
    "public_title",
    "public_text",
)
_ON_THE_WALL = ("first_start", "expires_at")


class WindowForm(WindowFormBase):
    """A window; its instants are typed in and shown as a clock in its time zone shows them."""

    matchers = MatchersField()
    time_zone = forms.ChoiceField(
        choices=lambda: [(name, name) for name in sorted(available_timezones())], initial="UTC"
    )
    first_start = forms.SplitDateTimeField(
        widget=AdminSplitDateTime,
        help_text="in the time zone of the window; the rule has to name this day",
    )
    expires_at = forms.SplitDateTimeField(
        widget=AdminSplitDateTime, help_text="in the time zone of the window; no begin after this"
    )

    class Meta:
        model = MaintenanceWindow
        fields = _FIELDS
        help_texts: ClassVar[dict[str, str]] = {
            "recurrence": "iCalendar RRULE, such as FREQ=WEEKLY;BYDAY=SU; only once: FREQ=DAILY;COUNT=1"
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show the instants of a known window by its own clock."""
        super().__init__(*args, **kwargs)
        if self.instance.created_at:
            zone = ZoneInfo(self.instance.time_zone)
            for name in _ON_THE_WALL:
                at: datetime = getattr(self.instance, name)
                self.initial[name] = at.astimezone(zone).replace(tzinfo=UTC)

    def clean(self) -> dict[str, Any]:
        """Read the instants by the clock of the time zone, and refuse what the service would refuse."""
        given = super().clean() or {}
        if set(_FIELDS) <= set(given):
            zone = ZoneInfo(given["time_zone"])
            for name in _ON_THE_WALL:
                given[name] = given[name].replace(tzinfo=zone)
            with show_refusal(self):
                windows.check_window(MaintenanceWindow(**given), at=timezone.now())
        return given


@admin.register(MaintenanceWindow)
class MaintenanceWindowAdmin(PreviewedForm):
    """What is muted again and again. One that was ended stays: it says why nobody was told."""

    preview_url_name = "admin:alerts_maintenancewindow_preview"
    form = WindowForm
    list_display = ("how_it_stands", "name", "recurrence", "opens_next", "owner", "expires_at")
    list_display_links = ("name",)
    list_filter = ("enabled", "owner")
    search_fields = ("name", "reason", "owner")
    ordering = ("name",)
    readonly_fields = ("next_openings",)
    fields = (*_FIELDS, "next_openings")
    actions = ("end",)

    class Media:
        css = STYLES

    def get_urls(self) -> list[URLPattern]:
        """Return the pages of the table, and the preview."""
        page = self.admin_site.admin_view(self.preview)
        return [
            path("preview/", page, name="alerts_maintenancewindow_preview"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Show what the window in the form would have muted; nothing is written."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = WindowForm(request.POST)
        if not form.is_valid():
            problems = {
                name: [str(each) for each in errors] for name, errors in form.errors.items()
            }
            return problem_page(request, self.admin_site, problems)
        window = MaintenanceWindow(**form.cleaned_data)
        matchers = matcher_format.from_json(window.matchers)
        made = muting_preview.of_window(matchers, schedule_of(window), at=timezone.now())
        return preview_page(request, self.admin_site, made)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose each Sunday in the name of who asks."""
        return {"owner": request.user.get_username(), "recurrence": "FREQ=WEEKLY;BYDAY=SU"}

    def save_model(
        self,
        request: HttpRequest,
        obj: MaintenanceWindow,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Make or change it through the services."""
        by, at, given = request.user.get_username(), timezone.now(), form.cleaned_data
        if change:
            windows.update_window(obj.pk, given, by=by, at=at)
        else:
            windows.create_window({**given, "id": obj.pk}, by=by, at=at)

    @admin.display(description="state")
    def how_it_stands(self, window: MaintenanceWindow) -> SafeString:
        """Return whether it is open now, will be, or never again."""
        return badge(standing(window, timezone.now()).state.value)

    @admin.display(description="opens next")
    def opens_next(self, window: MaintenanceWindow) -> str:
        """Return the begin of its next opening by its own clock."""
        openings = _openings(window)
        return openings[0] if openings else "never again"

    @admin.display(description="next openings")
    def next_openings(self, window: MaintenanceWindow) -> Any:
        """Return the next five, each by its own clock."""
        if not window.created_at:
            return "They are shown once it is saved."
        lines = [(each,) for each in _openings(window)]
        return format_html_join("", "<div>{}</div>", lines) or "It will not open again."

    @admin.action(description="End the selected windows now", permissions=["change"])
    def end(self, request: HttpRequest, selected: QuerySet[MaintenanceWindow]) -> None:
        """Close them for good."""
        for window in selected:
            windows.end_window(window.pk, by=request.user.get_username(), at=timezone.now())
        self.message_user(request, f"Ended: {len(selected)}.", messages.SUCCESS)


def _openings(window: MaintenanceWindow) -> list[str]:
    zone = ZoneInfo(window.time_zone)
    return [
        f"{each.starts_at.astimezone(zone):%a %Y-%m-%d %H:%M} to "
        f"{each.ends_at.astimezone(zone):%a %H:%M %Z}"
        for each in standing(window, timezone.now()).next
    ]
