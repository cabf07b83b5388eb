"""Silences in the admin: made from an alert or by hand, extended, ended; every write goes through the services."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from alerts import muting_preview
from alerts.admin.look import STYLES, badge
from alerts.admin.matchers import MatchersField, shown
from alerts.admin.preview import preview_page, problem_page
from alerts.admin.refusals import PreviewedForm, show_refusal
from alerts.models import Alert, Silence
from alerts.muting import labels_of_alert
from alerts.muting_lists import phase_of_silence
from alerts.routing import matcher_format
from alerts.routing.matching import shared_matchers
from alerts.routing.silencing import Phase
from alerts.services import silences

if TYPE_CHECKING:
    SilenceFormBase = forms.ModelForm[Silence]
else:
    SilenceFormBase = forms.ModelForm

_USUAL = timedelta(hours=2)
_MOST_ALERTS = 100


def silence_url(alerts: Sequence[Alert]) -> str:
    """Return the page that makes a silence, filled with what the alerts have in common."""
    query = urlencode([("alert", alert.pk) for alert in alerts[:_MOST_ALERTS]])
    return f"{reverse('admin:alerts_silence_add')}?{query}"


class SilenceChangeForm(SilenceFormBase):
    """What of a silence may change."""

    class Meta:
        model = Silence
        fields: tuple[str, ...] = ("ends_at", "owner", "reason")

    def clean(self) -> dict[str, Any]:
        """Refuse an end that the service would refuse."""
        given = super().clean() or {}
        if given.get("ends_at"):
            begin = given.get("starts_at") or self.instance.starts_at
            with show_refusal(self):
                silences.checked_end(given["ends_at"], begin, at=timezone.now())
        return given


class SilenceForm(SilenceChangeForm):
    """What to mute, until when, who answers for it and why."""

    matchers = MatchersField()
    starts_at = forms.SplitDateTimeField(
        required=False, widget=AdminSplitDateTime, help_text="empty: at once"
    )

    class Meta(SilenceChangeForm.Meta):
        fields = ("matchers", "starts_at", "ends_at", "owner", "reason")


@admin.register(Silence)
class SilenceAdmin(PreviewedForm):
    """What people mute for a time. Ended ones stay: they say why nobody was told."""

    preview_url_name = "admin:alerts_silence_preview"
    form = SilenceChangeForm
    add_form = SilenceForm
    list_display = ("standing", "what", "reason", "owner", "starts_at", "ends_at", "ended_by")
    list_display_links = ("what",)
    list_filter = ("ends_at", "owner")
    search_fields = ("reason", "owner")
    ordering = ("-ends_at", "id")
    actions = ("end",)

    class Media:
        css = STYLES

    def get_urls(self) -> list[URLPattern]:
        """Return the pages of the table, and the preview."""
        page = self.admin_site.admin_view(self.preview)
        return [path("preview/", page, name="alerts_silence_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Show what the silence in the form would have muted; nothing is written."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        field = MatchersField()
        try:
            raw = field.clean(request.POST.get("matchers", ""))
        except forms.ValidationError as error:
            return problem_page(request, self.admin_site, {"matchers": error.messages})
        made = muting_preview.of_silence(matcher_format.from_json(raw), at=timezone.now())
        return preview_page(request, self.admin_site, made)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose two hours in the name of who asks, for what the alerts of the query have in common."""
        ids = [_uuid(text) for text in request.GET.getlist("alert")[:_MOST_ALERTS]]
        alerts = Alert.objects.filter(pk__in=[each for each in ids if each]).select_related("rule")
        matchers = shared_matchers(labels_of_alert(alert) for alert in alerts)
        return {
            "matchers": matcher_format.to_json(matchers),
            "ends_at": timezone.now() + _USUAL,
            "owner": request.user.get_username(),
        }

    def get_form(
        self,
        request: HttpRequest,
        obj: Silence | None = None,
        change: bool = False,  # noqa: FBT001 - Django's signature
        **kwargs: Any,
    ) -> Any:
        """Return the form of a new silence, or that of what may change."""
        form = self.form if change else self.add_form
        return super().get_form(request, obj, change, **{"form": form, **kwargs})

    def get_readonly_fields(self, request: HttpRequest, obj: Silence | None = None) -> Any:
        """Keep what it matches and its begin as they are: what was muted must stay readable."""
        return ("what", "starts_at", "created_at", "ended_by") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Silence | None = None) -> Any:
        """Return what a person fills in, or what the silence says."""
        if obj is None:
            return ("matchers", "starts_at", "ends_at", "owner", "reason")
        return ("what", "starts_at", "ends_at", "owner", "reason", "created_at", "ended_by")

    def has_change_permission(self, request: HttpRequest, obj: Silence | None = None) -> bool:
        """Let nobody change what is over."""
        over = obj is not None and phase_of_silence(obj, timezone.now()) is Phase.EXPIRED
        return not over and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Silence, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Make or change it through the services."""
        by, at, given = request.user.get_username(), timezone.now(), form.cleaned_data
        if change:
            changes = {name: given[name] for name in form.changed_data}
            silences.update_silence(obj.pk, changes, by=by, at=at)
        else:
            made = silences.create_silence(silences.SilenceTerms(**given), by=by, at=at)
            obj.pk, obj.starts_at = made.pk, made.starts_at

    @admin.display(description="state")
    def standing(self, silence: Silence) -> SafeString:
        """Return whether it mutes now, will, or did."""
        return badge(phase_of_silence(silence, timezone.now()).value)

    @admin.display(description="mutes")
    def what(self, silence: Silence) -> str:
        """Return its matchers, one line each."""
        return shown(silence.matchers)

    @admin.action(description="End the selected silences now", permissions=["change"])
    def end(self, request: HttpRequest, selected: QuerySet[Silence]) -> None:
        """Mute no longer."""
        for silence in selected:
            silences.end_silence(silence.pk, by=request.user.get_username(), at=timezone.now())
        self.message_user(request, f"Ended: {len(selected)}.", messages.SUCCESS)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
