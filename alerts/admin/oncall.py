"""People and on-call rotations in the admin, with a calendar of the next six weeks."""

import calendar
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from alerts.admin.look import STYLES
from alerts.models import Contact, OnCallRotation, RotationMember, RotationOverride
from alerts.oncall.calendar import bars
from alerts.services.oncall import shifts_between, who_is_on_call
from alerts.services.rotations import keep_turn

if TYPE_CHECKING:
    ContactAdminBase = admin.ModelAdmin[Contact]
    RotationAdminBase = admin.ModelAdmin[OnCallRotation]
    MemberInlineBase = admin.TabularInline[RotationMember, OnCallRotation]
    OverrideInlineBase = admin.TabularInline[RotationOverride, OnCallRotation]
    RotationFormBase = forms.ModelForm[OnCallRotation]
else:
    ContactAdminBase = RotationAdminBase = admin.ModelAdmin
    MemberInlineBase = OverrideInlineBase = admin.TabularInline
    RotationFormBase = forms.ModelForm

WEEKS = 6
NOBODY = "nobody"


@admin.register(Contact)
class ContactAdmin(ContactAdminBase):
    """People who can be told, and where."""

    list_display = ("name", "email", "phone", "slack_id", "subject")
    search_fields = ("name", "email", "subject")
    ordering = ("name",)


class MemberInline(MemberInlineBase):
    """The people in the order of their turns."""

    model = RotationMember
    verbose_name = "person"
    verbose_name_plural = "people in the order of their turns"
    extra = 0
    min_num = 1
    ordering = ("position",)

    def get_formset(
        self, request: HttpRequest, obj: OnCallRotation | None = None, **kwargs: Any
    ) -> Any:
        """Refuse a rotation without people: nobody would ever be on call."""
        return super().get_formset(request, obj, validate_min=True, **kwargs)


class OverrideInline(OverrideInlineBase):
    """Who stands in. What is over is left out."""

    model = RotationOverride
    verbose_name = "stand-in"
    verbose_name_plural = "stand-ins (times in UTC)"
    extra = 0
    ordering = ("starts_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RotationOverride]:
        """Return the overrides that are not over yet."""
        return super().get_queryset(request).filter(ends_at__gt=timezone.now())


class RotationForm(RotationFormBase):
    """A rotation whose weekday is chosen by its name."""

    handoff_weekday = forms.TypedChoiceField(choices=list(enumerate(calendar.day_name)), coerce=int)

    class Meta:
        model = OnCallRotation
        fields = ("name", "handoff_weekday", "handoff_time", "time_zone", "first_week")


@admin.register(OnCallRotation)
class OnCallRotationAdmin(RotationAdminBase):
    """Turns of a week each. Who has the turn keeps it when people come or go."""

    form = RotationForm
    list_display = ("name", "on_call_now", "people", "handoff", "time_zone")
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("on_call_now", "next_weeks")
    fieldsets = (
        (None, {"fields": ("name", "on_call_now", "next_weeks")}),
        (
            "Handoff",
            {"fields": (("handoff_weekday", "handoff_time", "time_zone"), "first_week")},
        ),
    )
    inlines = (MemberInline, OverrideInline)

    class Media:
        css = STYLES

    def get_queryset(self, request: HttpRequest) -> QuerySet[OnCallRotation]:
        """Return the rotations with their people."""
        return super().get_queryset(request).prefetch_related("members__contact")

    @admin.display(description="on call now")
    def on_call_now(self, rotation: OnCallRotation) -> str:
        """Return who would be called at this moment."""
        person = who_is_on_call(rotation, timezone.now())
        return person.name if person else NOBODY

    @admin.display(description="people")
    def people(self, rotation: OnCallRotation) -> str:
        """Return who takes part, in the order of turns."""
        members = sorted(rotation.members.all(), key=lambda member: member.position)
        return ", ".join(member.contact.name for member in members)

    @admin.display(description="handoff")
    def handoff(self, rotation: OnCallRotation) -> str:
        """Return when turns change, such as `Monday 09:00`."""
        return f"{calendar.day_name[rotation.handoff_weekday]} {rotation.handoff_time:%H:%M}"

    @admin.display(description="next six weeks")
    def next_weeks(self, rotation: OnCallRotation) -> SafeString | str:
        """Return the shifts as bars over the weeks, and as a table that says the same."""
        if rotation._state.adding:  # noqa: SLF001 - the documented way to tell a new row
            return "Save it to see who is on call when."
        zone, at = ZoneInfo(rotation.time_zone), timezone.now()
        shifts = shifts_between(rotation, at, at + timedelta(weeks=WEEKS))
        rows = [
            {
                "person": person.name if person else NOBODY,
                # As text: a template would show an instant in the zone of the service.
                "starts": f"{shift.starts_at.astimezone(zone):%a %Y-%m-%d %H:%M}",
                "ends": f"{shift.ends_at.astimezone(zone):%a %Y-%m-%d %H:%M}",
                "stands_in": shift.stands_in,
            }
            for shift, person in shifts
        ]
        spans = [
            (person.name if person else NOBODY, shift.starts_at, shift.ends_at, shift.stands_in)
            for shift, person in shifts
        ]
        context = {
            "rows": rows,
            "zone": rotation.time_zone,
            "weeks": bars(spans, start=at, weeks=WEEKS),
        }
        return render_to_string("alerts/calendar.html", context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Save people and overrides; who has the turn keeps it, unless the first week was typed in too."""
        rotation: OnCallRotation = form.instance
        before = list(rotation.members.order_by("position"))
        super().save_related(request, form, formsets, change)
        if "first_week" not in form.changed_data:
            keep_turn(rotation, before, timezone.now())
