"""HTTP edge of objectives and their error budgets."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.views.actor import actor_of
from health import slo_selectors
from health.serializers import slos as serializers
from health.services import slo_rows
from monitoring.api.pagination import page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access, Role, only
from monitoring.api.query import span_of
from monitoring.api.views import ApiView
from monitoring.metrics_api.parameters import LIMIT, OFFSET

_WRITERS = only(Role.ADMIN, permission="slos:write")
_DAY = timedelta(days=1)
_SERVICE = OpenApiParameter(
    "service", str, description="`payment` and `payment-service` mean the same"
)


class Slos(ApiView):
    """GET and POST /api/v1/monitoring/slos"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": _WRITERS}

    @extend_schema(
        operation_id="slos_list",
        parameters=[_SERVICE, LIMIT, OFFSET],
        responses=serializers.Slo(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the objectives with what is left of their budgets."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        found = slo_selectors.slos_of(request.query_params.get("service"))
        rows = found[page.offset : page.offset + page.limit]
        response = Response(serializers.Slo(rows, many=True).data)
        return with_page_headers(response, request, page, found.count())

    @extend_schema(
        operation_id="slos_create",
        request=serializers.SloInput,
        responses={201: serializers.Slo},
    )
    def post(self, request: Request) -> Response:
        """Promise something; it is measured within a minute."""
        body = serializers.SloInput(data=request.data)
        body.is_valid(raise_exception=True)
        made = slo_rows.create_slo(body.validated_data, by=actor_of(request).id)
        return Response(serializers.Slo(made).data, status=201)


class OneSlo(ApiView):
    """GET, PUT, PATCH and DELETE /api/v1/monitoring/slos/<id>"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": ANY_ROLE,
        "PUT": _WRITERS,
        "PATCH": _WRITERS,
        "DELETE": _WRITERS,
    }

    @extend_schema(operation_id="slos_one", responses=serializers.Slo)
    def get(self, request: Request, slo_id: UUID) -> Response:
        """Return one objective and where it stands."""
        return Response(serializers.Slo(slo_selectors.slo_by_id(slo_id)).data)

    @extend_schema(
        operation_id="slos_replace", request=serializers.SloInput, responses=serializers.Slo
    )
    def put(self, request: Request, slo_id: UUID) -> Response:
        """Replace an objective; what is not named gets its default."""
        return self._change(request, slo_id, partial=False)

    @extend_schema(
        operation_id="slos_update", request=serializers.SloInput, responses=serializers.Slo
    )
    def patch(self, request: Request, slo_id: UUID) -> Response:
        """Change what is named."""
        return self._change(request, slo_id, partial=True)

    @extend_schema(operation_id="slos_delete", responses={204: None})
    def delete(self, request: Request, slo_id: UUID) -> Response:
        """Delete an objective; its samples stay as long as all do."""
        slo_rows.delete_slo(slo_id, by=actor_of(request).id)
        return Response(status=204)

    def _change(self, request: Request, slo_id: UUID, *, partial: bool) -> Response:
        body = serializers.SloInput(data=request.data, partial=partial)
        body.is_valid(raise_exception=True)
        slo_rows.update_slo(slo_id, body.validated_data, by=actor_of(request).id)
        return Response(serializers.Slo(slo_selectors.slo_by_id(slo_id)).data)


class SloHistory(ApiView):
    """GET /api/v1/monitoring/slos/<id>/history"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="slos_history",
        parameters=[
            OpenApiParameter("start", OpenApiTypes.DATETIME, description="24 hours before the end"),
            OpenApiParameter("end", OpenApiTypes.DATETIME, description="now"),
        ],
        responses=serializers.SloHistory,
    )
    def get(self, request: Request, slo_id: UUID) -> Response:
        """Return what was left of the budget and how fast it burnt, at most 500 points each."""
        query, slo = request.query_params, slo_selectors.slo_by_id(slo_id)
        start, end = span_of(query, until=timezone.now(), length=_DAY)
        course = slo_selectors.course_of(slo, start, end)
        return Response(serializers.SloHistory(serializers.history_of(course)).data)
