"""Public incidents in the admin: what the status page says, in the words of people."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alerts.admin.look import STYLES, age, badge
from alerts.admin.refusals import RefusingForm
from health.admin.public_updates import PublicUpdateInline, draft_of, write_updates
from health.admin.telling import told_of
from health.models import PublicIncident, WatchedService
from health.public.services import public_name
from health.services import public_incidents as services

if TYPE_CHECKING:
    FormBase = forms.ModelForm[PublicIncident]
    AdminBase = admin.ModelAdmin[PublicIncident]
else:
    FormBase, AdminBase = forms.ModelForm, admin.ModelAdmin

_FIELDS = ("title", "impact", "services", "started_at", "is_published", "incident")


def _public_choices() -> list[tuple[str, str]]:
    rows = WatchedService.objects.filter(is_public=True).order_by("public_order", "name")
    return [(row.name, public_name(row)) for row in rows]


class PublicIncidentForm(FormBase):
    """An incident; only services that the public sees can be named."""

    services = forms.MultipleChoiceField(
        choices=_public_choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = PublicIncident
        fields = _FIELDS


@admin.register(PublicIncident)
class PublicIncidentAdmin(RefusingForm, AdminBase):
    """What the status page says of an incident; every write goes through the services."""

    form = PublicIncidentForm
    inlines = (PublicUpdateInline,)
    list_display = ("title", "how_it_hits", "stage", "started_at", "lasted", "is_published")
    list_filter = ("is_published", "impact", "started_at")
    search_fields = ("title", "updates__text")
    date_hierarchy = "started_at"
    ordering = ("-started_at", "id")
    autocomplete_fields = ("incident",)
    readonly_fields = ("on_the_page",)
    fieldsets = (
        ("What everybody can read", {"fields": ("title", ("impact", "started_at"), "services")}),
        (None, {"fields": (("is_published", "on_the_page"),)}),
        ("What nobody outside sees", {"fields": ("incident",)}),
    )
    actions = ("publish", "unpublish")

    class Media:
        css = STYLES

    def get_queryset(self, request: HttpRequest) -> QuerySet[PublicIncident]:
        """Return the rows with their updates, which say their stage."""
        return super().get_queryset(request).prefetch_related("updates")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose now; of an internal incident only the public services that it hits."""
        return {"started_at": timezone.now(), **told_of(request.GET.get("incident", ""))}

    def save_model(
        self,
        request: HttpRequest,
        obj: PublicIncident,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Change it through the service; a new one is created with its first update, in save_related."""
        if change:
            said = {name: form.cleaned_data[name] for name in form.changed_data}
            by = request.user.get_username()
            services.update_public_incident(obj.pk, said, by=by, at=timezone.now())

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Post, correct and take back updates through the services."""
        (updates,) = formsets
        by, at = request.user.get_username(), timezone.now()
        drafts = [draft_of(each) for each in updates.extra_forms if each.has_changed()]
        if not change:
            said = {name: form.cleaned_data[name] for name in _FIELDS}
            made = services.create_public_incident(said, drafts.pop(0), by=by, at=at)
            form.instance.pk = made.pk
        write_updates(form.instance, updates, drafts, by=by, at=at)
        form.instance.refresh_from_db()

    @admin.display(description="impact", ordering="impact")
    def how_it_hits(self, incident: PublicIncident) -> SafeString:
        """Return the impact as a coloured word."""
        return badge(incident.impact)

    @admin.display(description="stage")
    def stage(self, incident: PublicIncident) -> SafeString | str:
        """Return what the newest update says."""
        newest = next(iter(incident.updates.all()), None)
        return badge(newest.stage) if newest else "nothing said yet"

    @admin.display(description="for")
    def lasted(self, incident: PublicIncident) -> str:
        """Return how long it has lasted or did last."""
        return age(incident.started_at, incident.resolved_at, at=timezone.now())

    @admin.display(description="on the status page")
    def on_the_page(self, incident: PublicIncident) -> SafeString | str:
        """Return a link to its public page."""
        if incident.created_at is None or not incident.is_published:
            return "not there"
        return format_html(
            '<a href="{}">see it</a>', reverse("status-page-incident", args=[incident.pk])
        )

    @admin.action(description="Publish the selected incidents", permissions=["change"])
    def publish(self, request: HttpRequest, selected: QuerySet[PublicIncident]) -> None:
        """Show them on the status page."""
        self._set_published(request, selected, to=True)

    @admin.action(description="Take the selected incidents off the page", permissions=["change"])
    def unpublish(self, request: HttpRequest, selected: QuerySet[PublicIncident]) -> None:
        """Hide them."""
        self._set_published(request, selected, to=False)

    def _set_published(
        self, request: HttpRequest, selected: QuerySet[PublicIncident], *, to: bool
    ) -> None:
        by, at = request.user.get_username(), timezone.now()
        rows = list(selected.exclude(is_published=to))
        for row in rows:
            services.update_public_incident(row.pk, {"is_published": to}, by=by, at=at)
        where = "On the status page now" if to else "Off the status page now"
        self.message_user(request, f"{where}: {len(rows)}.", messages.SUCCESS)
