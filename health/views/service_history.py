"""What was found about one watched service, over HTTP; and a probe of it now."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.views.actor import actor_of
from health.serializers import watched_services as serializers
from health.services import watched_services as services
from health.services.probe_now import probe_now
from health.views.watched_services import OPERATORS, WRITERS, sees_keys
from health.watched_lists import flips_of, history_of, one_watched_service
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access
from monitoring.api.query import span_of
from monitoring.api.views import ApiView

_DAY, _MONTH = timedelta(days=1), timedelta(days=30)
_SPAN = [
    OpenApiParameter("start", str, description="first instant; the day before `end` unless given"),
    OpenApiParameter("end", str, description="first instant that does not count; now unless given"),
]


class ServiceHistory(ApiView):
    """GET /api/v1/monitoring/services/<name>/history"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="services_history",
        parameters=[*_SPAN, LIMIT, OFFSET],
        responses=serializers.ProbeRow(many=True),
    )
    def get(self, request: Request, name: str) -> Response:
        """Return its probes or calls, the newest first."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        found = history_of(name, *span_of(request.query_params, until=timezone.now(), length=_DAY))
        rows = found[page.offset : page.offset + page.limit]
        response = Response(serializers.ProbeRow(rows, many=True).data)
        return with_page_headers(response, request, page, found.count())


class ServiceFlips(ApiView):
    """GET /api/v1/monitoring/services/<name>/flips"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="services_flips",
        parameters=[
            OpenApiParameter(
                "start", str, description="first instant; 30 days before `end` unless given"
            ),
            _SPAN[1],
            LIMIT,
            OFFSET,
        ],
        responses=serializers.FlipRow(many=True),
    )
    def get(self, request: Request, name: str) -> Response:
        """Return the changes of its status, the newest first."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        found = flips_of(name, *span_of(request.query_params, until=timezone.now(), length=_MONTH))
        rows = found[page.offset : page.offset + page.limit]
        response = Response(serializers.FlipRow(rows, many=True).data)
        return with_page_headers(response, request, page, found.count())


class ProbeService(ApiView):
    """POST /api/v1/monitoring/services/<name>/probe"""

    access: ClassVar[Mapping[str, Access]] = {"POST": OPERATORS}

    @extend_schema(
        operation_id="services_probe", request=None, responses=serializers.WatchedService
    )
    def post(self, request: Request, name: str) -> Response:
        """Probe it now, due or not, and return where it stands then; a heartbeat is looked at."""
        at = timezone.now()
        probed = probe_now(name, by=actor_of(request).id, at=at)
        found = one_watched_service(probed, at=at, with_key=sees_keys(request))
        return Response(serializers.WatchedService(found).data)


class HeartbeatKey(ApiView):
    """POST /api/v1/monitoring/services/<name>/heartbeat-key"""

    access: ClassVar[Mapping[str, Access]] = {"POST": WRITERS}

    @extend_schema(
        operation_id="services_heartbeat_key", request=None, responses=serializers.WatchedService
    )
    def post(self, request: Request, name: str) -> Response:
        """Give the job another URL; calls of the one before are refused from now on."""
        renewed = services.renew_heartbeat_key(name, by=actor_of(request).id)
        found = one_watched_service(renewed.name, at=timezone.now(), with_key=sees_keys(request))
        return Response(serializers.WatchedService(found).data)
