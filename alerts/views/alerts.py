"""Alerts over HTTP: the active ones, one, the past, and what people do about them."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import serializers, services
from alerts.course import course_of
from alerts.models.alert import State
from alerts.models.choices import Severity
from alerts.selectors import AlertFilter, alert_by_id, alerts_matching
from alerts.views.actor import actor_of, shown_name
from alerts.views.query import words_of
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access, Role, only
from monitoring.api.query import instant_of
from monitoring.api.views import ApiView

_OPEN = [State.PENDING.value, State.FIRING.value]
_TOLD = [State.FIRING.value, State.RESOLVED.value]

SEVERITY = OpenApiParameter("severity", str, description="one or more of info, warning, critical")
SERVICE = OpenApiParameter("service", str)
WRITERS = only(Role.ADMIN, Role.OPERATOR, permission="alerts:write")


class ActiveAlerts(ApiView):
    """GET /api/v1/monitoring/alerts"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="alerts_active",
        parameters=[
            OpenApiParameter(
                "state", str, description="firing; pending,firing also shows what is not yet held"
            ),
            SEVERITY,
            SERVICE,
            LIMIT,
            OFFSET,
        ],
        responses=serializers.Alert(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return the alerts that fire now, the newest first."""
        query = request.query_params
        page = page_of(query, default=1_000, maximum=1_000)
        found = alerts_matching(
            AlertFilter(
                states=words_of(query, "state", _OPEN) or [State.FIRING],
                severities=words_of(query, "severity", Severity.values),
                service=query.get("service", ""),
            )
        )
        rows = found[page.offset : page.offset + page.limit]
        response = Response(serializers.Alert(rows, many=True).data)
        return with_page_headers(response, request, page, found.count())


class OneAlert(ApiView):
    """GET /api/v1/monitoring/alerts/<id>"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(operation_id="alerts_one", responses=serializers.OneAlert)
    def get(self, request: Request, alert_id: UUID) -> Response:
        """Return one alert, whatever its state, with its chain of escalation and what happened to it."""
        alert = alert_by_id(alert_id)
        shown = serializers.OneAlert(alert, context={"course": course_of(alert)})
        return Response(shown.data)


class AcknowledgeAlert(ApiView):
    """POST /api/v1/monitoring/alerts/<id>/acknowledge"""

    access: ClassVar[Mapping[str, Access]] = {"POST": WRITERS}

    @extend_schema(
        operation_id="alerts_acknowledge",
        request=serializers.AcknowledgeInput,
        responses=serializers.AcknowledgedAlert,
    )
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Take the alert; the first one counts, and a repeat answers the same."""
        body = serializers.AcknowledgeInput(data=request.data)
        body.is_valid(raise_exception=True)
        actor = actor_of(request)
        name = shown_name(actor, body.validated_data.get("acknowledged_by"))
        alert = services.acknowledge_alert(alert_id, by=name, actor=actor.id, at=timezone.now())
        return Response(serializers.AcknowledgedAlert(alert).data)


class UnacknowledgeAlert(ApiView):
    """POST /api/v1/monitoring/alerts/<id>/unacknowledge"""

    access: ClassVar[Mapping[str, Access]] = {"POST": WRITERS}

    @extend_schema(
        operation_id="alerts_unacknowledge",
        request=None,
        responses=serializers.UnacknowledgedAlert,
    )
    def post(self, request: Request, alert_id: UUID) -> Response:
        """Give the alert back: its chain of escalation goes on where it stopped."""
        alert = services.unacknowledge_alert(alert_id, by=actor_of(request).id, at=timezone.now())
        return Response(serializers.UnacknowledgedAlert(alert).data)


class ResolveAlert(ApiView):
    """POST /api/v1/monitoring/alerts/<id>/resolve"""

    access: ClassVar[Mapping[str, Access]] = {"POST": WRITERS}

    @extend_schema(
        operation_id="alerts_resolve",
        request=serializers.ResolveInput,
        responses=serializers.ResolvedAlert,
    )
    def post(self, request: Request, alert_id: UUID) -> Response:
        """End the alert; if its breach goes on, it stays quiet until that is over."""
        body = serializers.ResolveInput(data=request.data)
        body.is_valid(raise_exception=True)
        alert = services.resolve_alert(
            alert_id,
            by=actor_of(request).id,
            note=body.validated_data.get("resolution_note"),
            at=timezone.now(),
        )
        return Response(serializers.ResolvedAlert(alert).data)


class AlertsHistory(ApiView):
    """GET /api/v1/monitoring/alerts/history"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="alerts_history",
        parameters=[
            SEVERITY,
            SERVICE,
            OpenApiParameter("state", str, description="firing,resolved unless given"),
            OpenApiParameter("from", OpenApiTypes.DATETIME, description="first breach not before"),
            OpenApiParameter("to", OpenApiTypes.DATETIME, description="first breach not after"),
            OpenApiParameter("q", str, description="text in title, description, service or note"),
            LIMIT,
            OFFSET,
        ],
        responses=serializers.AlertHistory,
    )
    def get(self, request: Request) -> Response:
        """Return alerts that fire or have fired, the newest first."""
        query = request.query_params
        page = page_of(query, default=100, maximum=1_000)
        found = alerts_matching(
            AlertFilter(
                states=words_of(query, "state", State.values) or _TOLD,
                severities=words_of(query, "severity", Severity.values),
                service=query.get("service", ""),
                text=query.get("q", ""),
                start=instant_of(query, "from", None),
                end=instant_of(query, "to", None),
            )
        )
        total = found.count()
        body = {
            "alerts": found[page.offset : page.offset + page.limit],
            "total": total,
            "limit": page.limit,
            "offset": page.offset,
        }
        response = Response(serializers.AlertHistory(body).data)
        return with_page_headers(response, request, page, total)
