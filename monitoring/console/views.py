"""The operations page: the one page that answers "is it up, what fires, who has it"."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.console.drawing import drawn, panels_at

_REFRESH_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Link:
    """One neighbour in the page's header."""

    text: str
    url: str


@require_safe
@never_cache
@staff_member_required
def operations(request: HttpRequest) -> HttpResponse:
    """Show the panels of all apps to signed-in staff."""
    at = timezone.now()
    panels = panels_at(at)
    api = f"{settings.PUBLIC_URL}/{settings.API_PREFIX}"
    context = {
        "at": at,
        "service": settings.SERVICE_NAME,
        "version": settings.SERVICE_VERSION,
        "environment": settings.ENVIRONMENT,
        "refresh_seconds": _REFRESH_SECONDS,
        "links": _links(),
        "grafana_linked": bool(settings.GRAFANA_URL),
        "datasource_url": f"{api}/grafana",
        "export_url": f"{api}/metrics/export",
        "badge": sum(panel.badge for panel in panels),
        "panels": [{"panel": panel, "html": drawn(panel, request)} for panel in panels],
    }
    return render(request, "console/page.html", context)


def _links() -> list[Link]:
    """Return the neighbours that are there: a link that leads nowhere is worse than none."""
    neighbours = [
        Link("Admin", reverse("admin:index")),
        Link("API", reverse("docs")),
        Link("Status page", reverse("status-page") if settings.STATUS_PAGE else ""),
        Link("Tasks", settings.FLOWER_URL),
        Link("Grafana", settings.GRAFANA_URL),
        Link("Mailbox", settings.DEMO_MAILBOX_URL),
    ]
    return [link for link in neighbours if link.url]
