"""Watched services over HTTP."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.views.actor import actor_of
from alerts.views.query import words_of
from health.models import WatchedService
from health.serializers import watched_services as serializers
from health.services import watched_services as services
from health.watched_lists import Wanted, Watched, one_watched_service, watched_services
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access, Role, holder_of, only
from monitoring.api.views import ApiView

WRITERS = only(Role.ADMIN, permission="services:write")
OPERATORS = only(Role.ADMIN, Role.OPERATOR, permission="services:probe")
# Who may let a job call, and so may see what it calls.
_KEY_ROLES = frozenset({Role.ADMIN, Role.OPERATOR})
_FILTERS = [
    OpenApiParameter("tag", str, description="services that have all of these, comma-separated"),
    OpenApiParameter("owner", str, description="services of this person or team"),
    OpenApiParameter("kind", str, description="one or more kinds of probe, comma-separated"),
    OpenApiParameter(
        "status", str, description=f"one or more of {', '.join(serializers.STANDINGS)}"
    ),
]


class WatchedServices(ApiView):
    """GET and POST /api/v1/monitoring/services"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": WRITERS}

    @extend_schema(
        operation_id="services_list",
        parameters=[*_FILTERS, LIMIT, OFFSET],
        responses=serializers.WatchedService(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return what is watched, by name, disabled services too."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        found = watched_services(
            _wanted(request.query_params), at=timezone.now(), with_keys=sees_keys(request)
        )
        rows = found[page.offset : page.offset + page.limit]
        response = Response(serializers.WatchedService(rows, many=True).data)
        return with_page_headers(response, request, page, len(found))

    @extend_schema(
        operation_id="services_create",
        request=serializers.WatchedServiceInput,
        responses={201: serializers.WatchedService},
    )
    def post(self, request: Request) -> Response:
        """Watch something; a field that is not known is refused."""
        body = serializers.WatchedServiceInput(data=request.data)
        body.is_valid(raise_exception=True)
        fields = dict(body.validated_data)
        needs = fields.pop("depends_on", ())
        made = services.create_service(fields, needs=needs, by=actor_of(request).id)
        return Response(_written(made.name, request), status=201)


class OneWatchedService(ApiView):
    """GET, PUT, PATCH and DELETE /api/v1/monitoring/services/<name>"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": ANY_ROLE,
        "PUT": WRITERS,
        "PATCH": WRITERS,
        "DELETE": WRITERS,
    }

    @extend_schema(operation_id="services_one", responses=serializers.WatchedService)
    def get(self, request: Request, name: str) -> Response:
        """Return one service by either of its names."""
        return Response(_written(name, request))

    @extend_schema(
        operation_id="services_update",
        request=serializers.WatchedServiceChanges(partial=True),
        responses=serializers.WatchedService,
    )
    def put(self, request: Request, name: str) -> Response:
        """Change the fields that are given; the others stay, as with rules."""
        return self._merge(request, name)

    @extend_schema(
        operation_id="services_patch",
        request=serializers.WatchedServiceChanges(partial=True),
        responses=serializers.WatchedService,
    )
    def patch(self, request: Request, name: str) -> Response:
        """Change the fields that are given, the same as PUT."""
        return self._merge(request, name)

    @extend_schema(operation_id="services_delete", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Stop watching; one that the environment names can only be disabled."""
        services.delete_service(name, by=actor_of(request).id)
        return Response(status=204)

    def _merge(self, request: Request, name: str) -> Response:
        body = serializers.WatchedServiceInput(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        needs = changes.pop("depends_on", None)
        changed = services.update_service(name, changes, needs=needs, by=actor_of(request).id)
        return Response(_written(changed.name, request))


def sees_keys(request: Request) -> bool:
    """Tell whether the holder of the token may know what a job calls."""
    holder = holder_of(request)
    return holder is not None and holder.role in _KEY_ROLES


def _written(name: str, request: Request) -> Any:
    found: Watched = one_watched_service(name, at=timezone.now(), with_key=sees_keys(request))
    return serializers.WatchedService(found).data


def _wanted(query_params: Mapping[str, str]) -> Wanted:
    """Return the filters of a query string. Raises InvalidInputError for a kind or status that is not known."""
    tags = query_params.get("tag", "").split(",")
    return Wanted(
        tags=[tag.strip() for tag in tags if tag.strip()],
        owner=query_params.get("owner"),
        kinds=words_of(query_params, "kind", WatchedService.Kind.values),
        statuses=words_of(query_params, "status", serializers.STANDINGS),
    )
