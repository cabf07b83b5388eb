"""Incidents in the admin: what people work on, moved on step by step."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from alerts import services
from alerts.admin.look import STYLES, age, badge
from alerts.models import Incident
from alerts.models.incident import IncidentStatus
from monitoring.errors import DomainError

if TYPE_CHECKING:
    IncidentAdminBase = admin.ModelAdmin[Incident]
else:
    IncidentAdminBase = admin.ModelAdmin


@admin.register(Incident)
class IncidentAdmin(IncidentAdminBase):
    """One outage as people speak of it; its status moves by the actions of the list."""

    list_display = ("how_severe", "title", "standing", "services_hit", "lasted", "detected_at")
    list_display_links = ("title",)
    list_filter = ("status", "severity", "detected_at")
    search_fields = ("title", "description", "root_cause", "resolution")
    date_hierarchy = "detected_at"
    show_full_result_count = False
    ordering = ("-detected_at", "id")
    readonly_fields = ("status", "resolved_at")
    autocomplete_fields = ("alerts",)
    fieldsets = (
        (None, {"fields": ("title", "severity", "description", "affected_services", "alerts")}),
        ("Course", {"fields": (("status", "detected_at", "resolved_at"),)}),
        ("Afterwards", {"fields": ("root_cause", "resolution")}),
    )
    actions = ("investigate", "resolve", "close")

    class Media:
        css = STYLES

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
                services.advance_incident(incident.pk, to, by=by, at=at)
                moved += 1
            except DomainError as error:
                self.message_user(request, f"{incident}: {error.message}.", messages.WARNING)
        self.message_user(request, f"Now {to}: {moved}.")
