"""Public incidents over HTTP, for those who write them; the public reads the status page."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.timeline.selectors import incident_by_id
from alerts.views.actor import actor_of
from alerts.views.query import words_of
from health.public.incidents import PublicIncidentNotFoundError, with_updates
from health.serializers import public_incidents as serializers
from health.services import public_incidents as services
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import Access, Role, only
from monitoring.api.views import ApiView

# What is not published yet is nobody else's business.
WRITERS = only(Role.ADMIN, Role.OPERATOR, permission="status-page:write")
_STATES = ("open", "resolved")


class PublicIncidents(ApiView):
    """GET and POST /api/v1/monitoring/status-page/incidents"""

    access: ClassVar[Mapping[str, Access]] = {"GET": WRITERS, "POST": WRITERS}

    @extend_schema(
        operation_id="public_incidents_list",
        parameters=[
            OpenApiParameter("state", str, enum=_STATES, description="all of them unless given"),
            LIMIT,
            OFFSET,
        ],
        responses=serializers.PublicIncident(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return public incidents, the newest first, also those that are not published."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        wanted = set(words_of(request.query_params, "state", _STATES))
        found = with_updates()
        if len(wanted) == 1:
            found = found.filter(resolved_at__isnull=wanted == {"open"})
        rows = found[page.offset : page.offset + page.limit]
        response = Response(serializers.PublicIncident(rows, many=True).data)
        return with_page_headers(response, request, page, found.count())

    @extend_schema(
        operation_id="public_incidents_create",
        request=serializers.PublicIncidentInput,
        responses={201: serializers.PublicIncident},
    )
    def post(self, request: Request) -> Response:
        """Tell the public of an incident; it is published unless `is_published` is false."""
        body = serializers.PublicIncidentInput(data=request.data)
        body.is_valid(raise_exception=True)
        said = _with_incident(body.validated_data)
        first = services.UpdateDraft(said.pop("stage"), said.pop("text"))
        incident = services.create_public_incident(
            said, first, by=actor_of(request).id, at=timezone.now()
        )
        return Response(_shown(incident.pk), status=201)


class OnePublicIncident(ApiView):
    """GET, PATCH and DELETE /api/v1/monitoring/status-page/incidents/<id>"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": WRITERS,
        "PATCH": WRITERS,
        "DELETE": only(Role.ADMIN),
    }

    @extend_schema(operation_id="public_incidents_one", responses=serializers.PublicIncident)
    def get(self, request: Request, incident_id: UUID) -> Response:
        """Return one public incident."""
        return Response(_shown(incident_id))

    @extend_schema(
        operation_id="public_incidents_update",
        request=serializers.PublicIncidentChanges(partial=True),
        responses=serializers.PublicIncident,
    )
    def patch(self, request: Request, incident_id: UUID) -> Response:
        """Change the fields that are given; `is_published` false takes it off the page."""
        body = serializers.PublicIncidentChanges(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changes = _with_incident(body.validated_data)
        services.update_public_incident(
            incident_id, changes, by=actor_of(request).id, at=timezone.now()
        )
        return Response(_shown(incident_id))

    @extend_schema(operation_id="public_incidents_delete", responses={204: None})
    def delete(self, request: Request, incident_id: UUID) -> Response:
        """Delete it with its updates; unpublish it to keep what was said."""
        services.delete_public_incident(incident_id, by=actor_of(request).id)
        return Response(status=204)


class PublicUpdates(ApiView):
    """POST /api/v1/monitoring/status-page/incidents/<id>/updates"""

    access: ClassVar[Mapping[str, Access]] = {"POST": WRITERS}

    @extend_schema(
        operation_id="public_updates_create",
        request=serializers.PublicUpdateInput,
        responses={201: serializers.PublicUpdate},
    )
    def post(self, request: Request, incident_id: UUID) -> Response:
        """Say something more; stage `resolved` ends the incident."""
        body = serializers.PublicUpdateInput(data=request.data)
        body.is_valid(raise_exception=True)
        update = services.post_update(
            incident_id,
            services.UpdateDraft(**body.validated_data),
            by=actor_of(request).id,
            at=timezone.now(),
        )
        return Response(serializers.PublicUpdate(update).data, status=201)


class OnePublicUpdate(ApiView):
    """PATCH and DELETE /api/v1/monitoring/status-page/incidents/<id>/updates/<id>"""

    access: ClassVar[Mapping[str, Access]] = {"PATCH": WRITERS, "DELETE": WRITERS}

    @extend_schema(
        operation_id="public_updates_update",
        request=serializers.PublicUpdateInput(partial=True),
        responses=serializers.PublicUpdate,
    )
    def patch(self, request: Request, incident_id: UUID, update_id: UUID) -> Response:
        """Correct what was said."""
        body = serializers.PublicUpdateInput(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        update = services.change_update(
            incident_id,
            update_id,
            body.validated_data,
            by=actor_of(request).id,
            at=timezone.now(),
        )
        return Response(serializers.PublicUpdate(update).data)

    @extend_schema(operation_id="public_updates_delete", responses={204: None})
    def delete(self, request: Request, incident_id: UUID, update_id: UUID) -> Response:
        """Take an update back; the last one stays."""
        services.delete_update(incident_id, update_id, by=actor_of(request).id)
        return Response(status=204)


def _shown(incident_id: UUID) -> Any:
    incident = with_updates().filter(pk=incident_id).first()
    if incident is None:
        raise PublicIncidentNotFoundError(f"no public incident {incident_id}")
    return serializers.PublicIncident(incident).data


def _with_incident(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with the internal incident as a row. Raises IncidentNotFoundError."""
    fields = dict(said)
    if fields.get("incident") is not None:
        fields["incident"] = incident_by_id(fields["incident"])
    return fields
