"""What happened to an incident, over HTTP: its timeline, its notes, its post-mortem."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import serializers, services
from alerts.timeline.lines import Line, Origin, Place, place_of, written
from alerts.timeline.presenting import postmortem_of
from alerts.timeline.selectors import incident_by_id, standing_of
from alerts.timeline.sources import Excerpt, timeline_of
from alerts.timeline.wording import event_text
from alerts.views.actor import actor_of
from alerts.views.incidents import WRITERS
from monitoring.api.pagination import page_of
from monitoring.api.permissions import ANY_ROLE, Access
from monitoring.api.query import instant_of
from monitoring.api.views import ApiView

MARKDOWN = "text/markdown; charset=utf-8"


class IncidentTimeline(ApiView):
    """GET /api/v1/monitoring/incidents/<id>/timeline"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="incidents_timeline",
        parameters=[
            OpenApiParameter(
                "at", OpenApiTypes.DATETIME, description="as of this instant, by default now"
            ),
            OpenApiParameter("after", str, description="`next` of the page before"),
            OpenApiParameter("limit", int, description="lines of the page, at most 1000"),
        ],
        responses=serializers.Timeline,
    )
    def get(self, request: Request, incident_id: UUID) -> Response:
        """Return what happened until an instant, the oldest first, and how all stood at it."""
        query = request.query_params
        until = instant_of(query, "at", None)
        at = until or timezone.now()
        after = query.get("after")
        excerpt = Excerpt(
            limit=page_of(query, default=100, maximum=1_000).limit,
            after=place_of(after) if after else None,
            until=until,
        )
        incident = incident_by_id(incident_id)
        page, standing = timeline_of(incident, excerpt), standing_of(incident, at=at)
        body = {
            "at": at,
            "status": standing.status,
            "alerts": standing.alerts,
            "lines": page.lines,
            "next": written(page.after) if page.after else None,
        }
        return Response(serializers.Timeline(body).data)


class IncidentNotes(ApiView):
    """POST /api/v1/monitoring/incidents/<id>/notes"""

    access: ClassVar[Mapping[str, Access]] = {"POST": WRITERS}

    @extend_schema(
        operation_id="incidents_note",
        request=serializers.NoteInput,
        responses={201: serializers.TimelineLine},
    )
    def post(self, request: Request, incident_id: UUID) -> Response:
        """Write something down in the timeline; it stays as it is."""
        body = serializers.NoteInput(data=request.data)
        body.is_valid(raise_exception=True)
        event = services.note_incident(
            incident_id,
            body.validated_data["text"],
            author=services.Author(actor_of(request).id, via="api"),
            at=timezone.now(),
        )
        line = Line(
            place=Place(event.at, Origin.EVENT, event.pk),
            kind=event.kind,
            text=event_text(event.kind, event.detail),
            actor=event.actor,
            via=event.via,
        )
        return Response(serializers.TimelineLine(line).data, status=201)


class IncidentPostmortem(ApiView):
    """GET /api/v1/monitoring/incidents/<id>/postmortem"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001 - DRF's signature
    ) -> tuple[BaseRenderer, str]:
        """Refuse no Accept header: there is one format, and errors are JSON."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        operation_id="incidents_postmortem", responses={(200, "text/markdown"): OpenApiTypes.STR}
    )
    def get(self, request: Request, incident_id: UUID) -> HttpResponse:
        """Return the post-mortem as Markdown: what somebody wrote, else a draft from the timeline."""
        return HttpResponse(postmortem_of(incident_by_id(incident_id)), content_type=MARKDOWN)
