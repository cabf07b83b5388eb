"""Incidents in the admin: what people work on, moved on step by step."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from alerts import services
from alerts.admin.acts import Act, Acts
from alerts.admin.incident_pages import course_of, noise_page, postmortem_page
from alerts.admin.look import STYLES, age, badge
from alerts.admin.noise_proof import prove_advice
from alerts.models import Incident
from alerts.models.incident import IncidentStatus
from monitoring.errors import DomainError

if TYPE_CHECKING:
    IncidentFormBase = forms.ModelForm[Incident]
else:
    IncidentFormBase = forms.ModelForm

_STEPS: list[Act] = [("investigate", "Investigate"), ("resolve", "Resolve"), ("close", "Close")]
_SAID_LATER = ("root_cause", "resolution", "postmortem")


class IncidentForm(IncidentFormBase):
    """What a person says about an incident, checked before the service is asked."""

    def clean_detected_at(self) -> datetime:
        """Refuse a detection that has not come yet, or that came after the end."""
        detected_at: datetime = self.cleaned_data["detected_at"]
        if detected_at > timezone.now():
            raise forms.ValidationError("An incident is not detected in the future.")
        if self.instance.resolved_at and detected_at > self.instance.resolved_at:
            raise forms.ValidationError("An incident is not detected after its resolution.")
        return detected_at


@admin.register(Incident)
class IncidentAdmin(Acts):
    """One outage as people speak of it; its status moves by actions, of the list or of its page.

    Every change goes through the services, which write the timeline; nothing is deleted: incidents are history.
    """

    form = IncidentForm

    list_display = ("how_severe", "title", "standing", "services_hit", "lasted", "detected_at")
    list_display_links = ("title",)
    list_filter = ("status", "severity", "detected_at")
    search_fields = ("title", "description", "root_cause", "resolution")
    date_hierarchy = "detected_at"
    show_full_result_count = False
    ordering = ("-detected_at", "id")
    readonly_fields = ("status", "resolved_at", "opened_by")
    autocomplete_fields = ("alerts",)
    fieldsets = (
        (None, {"fields": ("title", "severity", "description", "affected_services", "alerts")}),
        ("Course", {"fields": (("status", "detected_at", "resolved_at"), "opened_by")}),
        ("Afterwards", {"fields": ("root_cause", "resolution", "postmortem")}),
    )
    actions = ("investigate", "resolve", "close")

    class Media:
        css = {"all": [*STYLES["all"], "alerts/incident.css"]}

    def get_urls(self) -> list[URLPattern]:
        """Return the pages of the table, the post-mortem of one, and the noise of rules."""
        view = self.admin_site.admin_view
        return [
            path("noise/", view(self.noise), name="alerts_noise"),
            path(
                "noise/<uuid:rule_id>/proof/",
                view(require_POST(prove_advice)),
                name="alerts_noise_proof",
            ),
            path(
                "<uuid:incident_id>/postmortem/",
                view(self.postmortem),
                name="alerts_incident_postmortem",
            ),
            *super().get_urls(),
        ]

    def noise(self, request: HttpRequest) -> HttpResponse:
        """Show which rules made noise."""
        return noise_page(request, self.admin_site)

    def postmortem(self, request: HttpRequest, incident_id: UUID) -> HttpResponse:
        """Show or hand out the post-mortem of one incident."""
        return postmortem_page(request, self.admin_site, incident_id)

    def has_delete_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        """Say no: incidents are history."""
        return False

    def acts_on(self, row: Incident) -> list[Act]:
        """Return the steps that are still ahead of it."""
        return _STEPS[list(IncidentStatus).index(IncidentStatus(row.status)) :]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        **kwargs: Any,
    ) -> HttpResponse:
        """Show the plot and the timeline below the fields of an incident that is there."""
        incident = kwargs.get("obj")
        if incident is not None:
            context |= course_of(incident, request.GET)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self,
        request: HttpRequest,
        obj: Incident,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Open or change the incident through the service: what differs becomes its timeline."""
        author = services.Author(request.user.get_username(), via="admin")
        at, said = timezone.now(), form.cleaned_data
        if change:
            services.update_incident(obj.pk, _changes(obj, form), author=author, at=at)
            return
        draft = {name: said[name] for name in said if name not in (*_SAID_LATER, "alerts")}
        incident = services.create_incident(
            services.IncidentDraft(**draft), list(said["alerts"]), author=author, at=at
        )
        later = {name: said[name] for name in _SAID_LATER if said[name]}
        services.update_incident(incident.pk, later, author=author, at=at)
        obj.pk = incident.pk

    def save_related(
        self,
        request: HttpRequest,
        form: Any,
        formsets: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Do nothing: the service has linked the alerts, and each of them is an event."""

    def get_form(
        self,
        request: HttpRequest,
        obj: Incident | None = None,
        change: bool = False,  # noqa: FBT001 - Django's signature
        **kwargs: Any,
    ) -> Any:
        """Propose that it was detected just now."""
        form = super().get_form(request, obj, change, **kwargs)
        form.base_fields["detected_at"].initial = timezone.now
        return form

    @admin.display(description="severity", ordering="severity")
    def how_severe(self, incident: Incident) -> SafeString:
        """Return the severity as a coloured word."""
        return badge(incident.severity)

    @admin.display(description="status", ordering="status")
    def standing(self, incident: Incident) -> SafeString:
        """Return the status as a coloured word."""
        return badge(incident.status)

    @admin.display(description="services")
    def services_hit(self, incident: Incident) -> str:
        """Return the services it touches."""
        return ", ".join(incident.affected_services)

    @admin.display(description="for")
    def lasted(self, incident: Incident) -> str:
        """Return how long it has lasted or did last."""
        return age(incident.detected_at, incident.resolved_at, at=timezone.now())

    @admin.action(description="Investigate the selected incidents", permissions=["change"])
    def investigate(self, request: HttpRequest, selected: QuerySet[Incident]) -> None:
        """Say that somebody is on it."""
        self._advance(request, selected, IncidentStatus.INVESTIGATING)

    @admin.action(description="Resolve the selected incidents", permissions=["change"])
    def resolve(self, request: HttpRequest, selected: QuerySet[Incident]) -> None:
        """Say that it is over."""
        self._advance(request, selected, IncidentStatus.RESOLVED)

    @admin.action(description="Close the selected incidents", permissions=["change"])
    def close(self, request: HttpRequest, selected: QuerySet[Incident]) -> None:
        """Say that nothing more is to be done."""
        self._advance(request, selected, IncidentStatus.CLOSED)

    def _advance(
        self, request: HttpRequest, selected: QuerySet[Incident], to: IncidentStatus
    ) -> None:
        by, at, moved = request.user.get_username(), timezone.now(), 0
        for incident in selected.exclude(status=to):
            try:
                services.advance_incident(incident.pk, to, by=by, at=at, via="admin")
                moved += 1
            except DomainError as error:
                self.message_user(request, f"{incident}: {error.message}.", messages.WARNING)
        self.message_user(request, f"Now {to}: {moved}.")


def _changes(incident: Incident, form: Any) -> dict[str, Any]:
    """Return the fields that the person changed, and which alerts joined or left."""
    said = form.cleaned_data
    changes = {name: said[name] for name in form.changed_data if name != "alerts"}
    wanted, linked = (
        set(rows.values_list("pk", flat=True)) for rows in (said["alerts"], incident.alerts)
    )
    return changes | {"link_alerts": wanted - linked, "unlink_alerts": linked - wanted}
