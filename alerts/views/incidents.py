"""Incidents over HTTP. Source: endpoint 23 and table `incidents`, service specification."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import serializers, services
from alerts.models import Alert
from alerts.models.incident import IncidentSeverity, IncidentStatus
from alerts.timeline.presenting import measured, measures_between, shown
from alerts.timeline.selectors import (
    IncidentFilter,
    incident_by_id,
    incidents_for_dashboard,
    incidents_matching,
)
from alerts.views.actor import actor_of
from alerts.views.query import words_of
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access, Role, only
from monitoring.api.query import instant_of
from monitoring.api.views import ApiView

WRITERS = only(Role.ADMIN, Role.OPERATOR, permission="incidents:write")
_FROM = OpenApiParameter("from", OpenApiTypes.DATETIME, description="detected not before")
_TO = OpenApiParameter("to", OpenApiTypes.DATETIME, description="detected not after")
_PAGE = [
    LIMIT,
    OFFSET,
]


class DashboardIncidents(ApiView):
    """GET /api/v1/monitoring/dashboard/incidents"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="dashboard_incidents",
        parameters=_PAGE,
        responses=serializers.DashboardIncidents,
    )
    def get(self, request: Request) -> Response:
        """Return incidents: those that people work on first, then the newest."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        found = incidents_for_dashboard()
        body = {"incidents": found[page.offset : page.offset + page.limit]}
        response = Response(serializers.DashboardIncidents(body).data)
        return with_page_headers(response, request, page, found.count())


class Incidents(ApiView):
    """GET and POST /api/v1/monitoring/incidents"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": WRITERS}

    @extend_schema(
        operation_id="incidents_list",
        parameters=[
            OpenApiParameter("status", str, description="one or more, with commas between"),
            OpenApiParameter(
                "severity", str, description="one or more of low, medium, high, critical"
            ),
            OpenApiParameter("service", str, description="an affected service"),
            _FROM,
            _TO,
            OpenApiParameter(
                "q", str, description="text in title, description, cause or resolution"
            ),
            *_PAGE,
        ],
        responses=serializers.IncidentList,
    )
    def get(self, request: Request) -> Response:
        """Return incidents, the newest first."""
        query = request.query_params
        page = page_of(query, default=100, maximum=1_000)
        found = incidents_matching(
            IncidentFilter(
                statuses=words_of(query, "status", IncidentStatus.values),
                severities=words_of(query, "severity", IncidentSeverity.values),
                service=query.get("service", ""),
                text=query.get("q", ""),
                start=instant_of(query, "from", None),
                end=instant_of(query, "to", None),
            )
        )
        total = found.count()
        body = {
            "incidents": measured(found[page.offset : page.offset + page.limit]),
            "total": total,
            "limit": page.limit,
            "offset": page.offset,
        }
        response = Response(serializers.IncidentList(body).data)
        return with_page_headers(response, request, page, total)

    @extend_schema(
        operation_id="incidents_create",
        request=serializers.IncidentInput,
        responses={201: serializers.OneIncident},
    )
    def post(self, request: Request) -> Response:
        """Open an incident: over alerts, over a group of alerts that fire, or over what only people know."""
        body = serializers.IncidentInput(data=request.data)
        body.is_valid(raise_exception=True)
        said = dict(body.validated_data)
        alerts = _alerts(said.pop("alerts", []), said.pop("group", None))
        incident = services.create_incident(
            services.IncidentDraft(**said), alerts, author=_author(request), at=timezone.now()
        )
        return Response(serializers.OneIncident(shown(incident)).data, status=201)


class OneIncident(ApiView):
    """GET and PATCH /api/v1/monitoring/incidents/<id>"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "PATCH": WRITERS}

    @extend_schema(operation_id="incidents_one", responses=serializers.OneIncident)
    def get(self, request: Request, incident_id: UUID) -> Response:
        """Return one incident with its alerts."""
        return Response(serializers.OneIncident(shown(incident_by_id(incident_id))).data)

    @extend_schema(
        operation_id="incidents_update",
        request=serializers.IncidentChanges,
        responses=serializers.OneIncident,
    )
    def patch(self, request: Request, incident_id: UUID) -> Response:
        """Change the fields that are given, all of them or none; each change is an event."""
        body = serializers.IncidentChanges(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        incident = services.update_incident(
            incident_id, body.validated_data, author=_author(request), at=timezone.now()
        )
        return Response(serializers.OneIncident(shown(incident)).data)


class IncidentMeasures(ApiView):
    """GET /api/v1/monitoring/incidents/measures"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="incidents_measures",
        parameters=[_FROM, _TO],
        responses=serializers.IncidentMeasures,
    )
    def get(self, request: Request) -> Response:
        """Return MTTA and MTTR of the incidents that were detected within a period, by default ever."""
        query = request.query_params
        period = IncidentFilter(
            start=instant_of(query, "from", None), end=instant_of(query, "to", None)
        )
        return Response(serializers.IncidentMeasures(measures_between(period)).data)


def _author(request: Request) -> services.Author:
    return services.Author(actor_of(request).id, via="api")


def _alerts(ids: list[UUID], group: Mapping[str, Any] | None) -> list[Alert]:
    if group is not None:
        return services.alerts_of_group(services.AlertGroup(**group))
    return services.alerts_by_id(ids)
