"""From an internal incident to a public one: a link, and which public services are hit. No word goes along."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from alerts.admin.acts import Act
from alerts.admin.incidents import IncidentAdmin
from alerts.models import Incident
from health.models import WatchedService

_ACT: Act = ("tell_the_public", "Tell the public")


class TellingIncidentAdmin(IncidentAdmin):
    """The incidents of alerting, with a way to the status page, which alerting does not know."""

    actions = (*IncidentAdmin.actions, _ACT[0])  # type: ignore[assignment]  # one more than alerting has

    def acts_on(self, row: Incident) -> list[Act]:
        """Return the steps that are ahead of it; the public can be told at any time."""
        return [*super().acts_on(row), _ACT]

    @admin.action(description="Tell the public of the selected incident", permissions=["tell"])
    def tell_the_public(
        self, request: HttpRequest, selected: QuerySet[Incident]
    ) -> HttpResponse | None:
        """Open the form of a public incident that is linked to this one."""
        rows = list(selected[:2])
        if len(rows) != 1:
            self.message_user(request, "Select one incident to tell of.", messages.WARNING)
            return None
        form = reverse("admin:health_publicincident_add")
        return HttpResponseRedirect(f"{form}?{urlencode({'incident': str(rows[0].pk)})}")

    def has_tell_permission(self, request: HttpRequest) -> bool:
        """Tell whether the person may write public incidents."""
        return request.user.has_perm("health.add_publicincident")


# As one does with the admin of another app's users: there is one page for each table.
admin.site.unregister(Incident)
admin.site.register(Incident, TellingIncidentAdmin)


def told_of(incident_id: str) -> dict[str, Any]:
    """Return what the form of a public incident starts with, given the internal one: nothing of its words."""
    try:
        incident = Incident.objects.filter(pk=UUID(incident_id)).first()
    except ValueError:
        return {}
    if incident is None:
        return {}
    return {"incident": incident, "services": _public_of(incident.affected_services)}


def _public_of(affected: list[str]) -> list[str]:
    rows = WatchedService.objects.filter(is_public=True).values_list("name", "service_name")
    return [short for short, full in rows if {short, full} & set(affected)]
