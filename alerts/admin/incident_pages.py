"""Pages about incidents beside Django's own: the course of one, its post-mortem, and which rules make noise."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from alerts.admin.noise_proof import may_prove
from alerts.models import Incident
from alerts.reports.drawing import plots_of
from alerts.reports.proofs import with_proofs
from alerts.reports.selectors import noise_at
from alerts.timeline.bars import Firing, chart_of
from alerts.timeline.lines import place_of, written
from alerts.timeline.measures import Course, time_to_acknowledge, time_to_resolve
from alerts.timeline.presenting import postmortem_of
from alerts.timeline.selectors import courses_of
from alerts.timeline.sources import Excerpt, timeline_of
from alerts.wording import span
from monitoring.errors import InvalidInputError

_LINES = 200
_WEEKS = (1, 4, 12, 26)


def course_of(incident: Incident, query_params: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page of an incident shows beside its fields; `after` pages through the timeline."""
    try:
        after = place_of(query_params["after"]) if "after" in query_params else None
    except InvalidInputError:
        after = None  # a link that somebody shortened still shows the first page
    page = timeline_of(incident, Excerpt(limit=_LINES, after=after))
    fired = incident.alerts.exclude(fired_at=None).order_by("fired_at", "id")
    firings = [
        Firing(alert.title, alert.severity, alert.fired_at, alert.resolved_at)
        for alert in fired
        if alert.fired_at
    ]
    return {
        "timeline": page,
        "timeline_next": written(page.after) if page.after else "",
        "took": _took(courses_of([incident])[incident.pk]),
        "chart": chart_of(firings, at=timezone.now()),
    }


def postmortem_page(request: HttpRequest, site: admin.AdminSite, incident_id: UUID) -> HttpResponse:
    """Show the post-mortem of an incident, or hand it out as a file."""
    if not request.user.has_perm("alerts.view_incident"):
        raise PermissionDenied
    incident = get_object_or_404(Incident, pk=incident_id)
    markdown = postmortem_of(incident)
    if "download" in request.GET:
        name = f"postmortem-{incident.detected_at:%Y-%m-%d}-{str(incident.pk)[:8]}.md"
        return HttpResponse(
            markdown,
            content_type="text/markdown; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    context = {
        **site.each_context(request),
        "title": "Post-mortem",
        "incident": incident,
        "markdown": markdown,
    }
    return render(request, "admin/alerts/incident/postmortem.html", context)


def noise_page(request: HttpRequest, site: admin.AdminSite) -> HttpResponse:
    """Show which rules made noise in the last weeks, with a plot of each and what would help."""
    if not request.user.has_perm("alerts.view_alertrule"):
        raise PermissionDenied
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked in map(str, _WEEKS) else 4
    report = with_proofs(noise_at(timezone.now(), weeks=weeks))
    context = {
        **site.each_context(request),
        "title": "Noise of rules",
        "report": report,
        "plots": plots_of(report.rules),
        "weeks": weeks,
        "choices": _WEEKS,
        "may_prove": may_prove(request),
        "is_proving": any(
            advice.proof and advice.proof.is_under_way
            for rule in report.rules
            for advice in rule.advice
        ),
    }
    return render(request, "admin/alerts/incident/noise.html", context)


def _took(course: Course) -> str:
    acknowledged, resolved = time_to_acknowledge(course), time_to_resolve(course)
    first = (
        "Nobody has taken it yet" if acknowledged is None else f"Taken after {span(acknowledged)}"
    )
    return f"{first}; {'not over yet' if resolved is None else f'resolved after {span(resolved)}'}."
