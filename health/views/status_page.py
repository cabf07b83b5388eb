"""The public status page: as a page, as JSON, as feeds, as badges."""

import re
from datetime import UTC, date
from uuid import UUID

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from health.public.document import history_until, incident_at
from health.public.edition import Body, Edition
from health.public.memory import Remembered, memory
from health.serializers.status_page import StatusPage as StatusPageSchema
from health.statuspage.badge import Badge, status_badge, svg, uptime_badge
from health.statuspage.document import StatusDocument
from health.statuspage.feeds import atom, rss
from health.statuspage.status_json import as_json
from health.views.public_answer import (
    PublicPage,
    PublicView,
    answer,
    answer_from_edition,
    edition,
    rendered,
)
from monitoring.api.renderers import dumps
from monitoring.errors import InvalidInputError, NotFoundError

HTML, SVG = "text/html; charset=utf-8", "image/svg+xml"
_METRICS = ("status", "uptime")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_METRIC = OpenApiParameter("metric", str, enum=_METRICS, description="status unless given")


class StatusPage(PublicPage):
    """GET /status-page"""

    @extend_schema(operation_id="status_page", responses={(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponseBase:
        """Return the page that the public reads."""
        return answer_from_edition(request, "html", HTML, _page)


class StatusPageJson(PublicView):
    """GET /status-page.json"""

    @extend_schema(operation_id="status_page_json", responses=StatusPageSchema)
    def get(self, request: Request) -> HttpResponseBase:
        """Return what the status page says, for programs."""
        return answer_from_edition(request, "json", "application/json", _json)


class StatusFeedRss(PublicView):
    """GET /status-page/feed.rss"""

    @extend_schema(
        operation_id="status_page_rss", responses={(200, "application/rss+xml"): OpenApiTypes.STR}
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Return updates of incidents and announced maintenance as RSS 2.0."""
        media_type = "application/rss+xml; charset=utf-8"
        return answer_from_edition(request, "rss", media_type, lambda it: rss(it.value.document))


class StatusFeedAtom(PublicView):
    """GET /status-page/feed.atom"""

    @extend_schema(
        operation_id="status_page_atom", responses={(200, "application/atom+xml"): OpenApiTypes.STR}
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Return incidents and announced maintenance as Atom 1.0."""
        media_type = "application/atom+xml; charset=utf-8"
        return answer_from_edition(request, "atom", media_type, lambda it: atom(it.value.document))


class StatusBadge(PublicView):
    """GET /status-page/badge.svg and /status-page/badge/<service>.svg"""

    @extend_schema(parameters=[_METRIC], responses={(200, SVG): OpenApiTypes.STR})
    def get(self, request: Request, service: str = "") -> HttpResponseBase:
        """Return the status or the uptime of 90 days as a picture, of one public service or of all."""
        metric = request.query_params.get("metric", _METRICS[0])
        if metric not in _METRICS:
            problem = f"metric must be one of {', '.join(_METRICS)}"
            raise InvalidInputError(problem, details={"metric": [problem]})
        badge = _badge(edition().value.document, service, metric)
        return answer_from_edition(request, f"{service} {metric}", SVG, lambda _: svg(badge))


class StatusIncident(PublicPage):
    """GET /status-page/incidents/<id>"""

    @extend_schema(
        operation_id="status_page_incident", responses={(200, "text/html"): OpenApiTypes.STR}
    )
    def get(self, request: Request, incident_id: UUID) -> HttpResponseBase:
        """Return the page of one incident, however old."""
        known = memory.get(
            incident_id, lambda: incident_at(incident_id), keep=settings.STATUS_PAGE_CACHE
        )
        page = rendered("incident.html", incident=known.value, is_stale=known.is_stale)
        return answer(request, Body(page.encode()), HTML)


class StatusHistory(PublicPage):
    """GET /status-page/history"""

    @extend_schema(
        operation_id="status_page_history",
        parameters=[
            OpenApiParameter("month", str, description="the newest to show, such as 2026-11")
        ],
        responses={(200, "text/html"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Return the incidents of three months."""
        today = timezone.now().astimezone(UTC).date()
        last = _month_of(request.query_params.get("month", f"{today:%Y-%m}"))
        known = memory.get(
            last, lambda: history_until(last, today=today), keep=settings.STATUS_PAGE_CACHE
        )
        page = rendered("history.html", history=known.value, is_stale=known.is_stale)
        return answer(request, Body(page.encode()), HTML)


def _page(known: Remembered[Edition]) -> str:
    return rendered("page.html", status=known.value.document, is_stale=known.is_stale)


def _json(known: Remembered[Edition]) -> bytes:
    return dumps(as_json(known.value.document, is_stale=known.is_stale))


def _badge(document: StatusDocument, service: str, metric: str) -> Badge:
    if not service:
        label, state, percent = document.title, document.state, document.uptime_percent
    else:
        shown = next((each for each in document.services if each.id == service), None)
        if shown is None:
            raise NotFoundError("no such service")
        label, state, percent = shown.name, shown.state, shown.uptime_percent
    return uptime_badge(label, percent) if metric == "uptime" else status_badge(label, state)


def _month_of(text: str) -> date:
    """Return the first day of a month; what names none is as unknown as one without incidents."""
    if _MONTH.fullmatch(text) is None or text < "1970":
        raise NotFoundError("no such month")
    return date.fromisoformat(f"{text}-01")
