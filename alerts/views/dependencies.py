"""The dependency graph over HTTP, and what is held back because of it or of people."""

from collections import Counter
from collections.abc import Mapping
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import muting_lists
from alerts.models import Dependency
from alerts.routing.hidden import HiddenBy
from alerts.serializers import dependencies as serializers
from alerts.services import dependencies
from alerts.views.actor import actor_of
from alerts.views.silences import WRITERS
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access
from monitoring.api.views import ApiView


class Dependencies(ApiView):
    """GET and POST /api/v1/monitoring/alerts/dependencies"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": WRITERS}

    @extend_schema(
        operation_id="dependencies_list",
        parameters=[LIMIT, OFFSET],
        responses=serializers.Dependency(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return what needs what, those that are switched off included."""
        page = page_of(request.query_params, default=1_000, maximum=1_000)
        found = Dependency.objects.order_by("dependent", "upstream")
        rows = found[page.offset : page.offset + page.limit]
        response = Response(serializers.Dependency(rows, many=True).data)
        return with_page_headers(response, request, page, found.count())

    @extend_schema(
        operation_id="dependencies_create",
        request=serializers.DependencyInput,
        responses={201: serializers.Dependency},
    )
    def post(self, request: Request) -> Response:
        """Note that one cannot work without the other."""
        body = serializers.DependencyInput(data=request.data)
        body.is_valid(raise_exception=True)
        made = dependencies.create_dependency(**body.validated_data, by=actor_of(request).id)
        return Response(serializers.Dependency(made).data, status=201)


class OneDependency(ApiView):
    """GET, PATCH and DELETE /api/v1/monitoring/alerts/dependencies/<id>"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": ANY_ROLE,
        "PATCH": WRITERS,
        "DELETE": WRITERS,
    }

    @extend_schema(operation_id="dependencies_one", responses=serializers.Dependency)
    def get(self, request: Request, dependency_id: int) -> Response:
        """Return one dependency."""
        found = muting_lists.dependency_by_id(dependency_id)
        return Response(serializers.Dependency(found).data)

    @extend_schema(
        operation_id="dependencies_switch",
        request=serializers.DependencyChanges,
        responses=serializers.Dependency,
    )
    def patch(self, request: Request, dependency_id: int) -> Response:
        """Switch it on or off."""
        body = serializers.DependencyChanges(data=request.data)
        body.is_valid(raise_exception=True)
        changed = dependencies.switch_dependency(
            dependency_id, **body.validated_data, by=actor_of(request).id
        )
        return Response(serializers.Dependency(changed).data)

    @extend_schema(operation_id="dependencies_delete", responses={204: None})
    def delete(self, request: Request, dependency_id: int) -> Response:
        """Take it away; one that came with the installation is switched off."""
        dependencies.delete_dependency(dependency_id, by=actor_of(request).id)
        return Response(status=204)


class HiddenAlerts(ApiView):
    """GET /api/v1/monitoring/alerts/hidden"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="alerts_hidden",
        parameters=[LIMIT, OFFSET],
        responses=serializers.HeldAlerts,
    )
    def get(self, request: Request) -> Response:
        """Return the alerts whose messages are held back now, counted by reason."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        held = muting_lists.held_alerts()
        counts = Counter(each.by for each in held)
        body = {
            "total": len(held),
            "by_reason": {reason.value: counts[reason.value] for reason in HiddenBy},
            "hidden": held[page.offset : page.offset + page.limit],
        }
        response = Response(serializers.HeldAlerts(body).data)
        return with_page_headers(response, request, page, len(held))
