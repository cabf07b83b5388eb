"""HTTP edge of health: every answer comes from this process's memory, no peer is asked while a client waits."""

from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from health.catalogue import short_name_of
from health.memory.process import whole
from health.memory.whole import StoreStanding, Whole
from health.process import uptime_seconds
from health.selectors import ServiceReport
from health.serializers import health as serializers
from health.serializers.health_json import MEDIA_TYPE, health_json_of
from health.status import Level, Link
from health.views.base import HealthJsonRenderer, HealthView, version_for
from monitoring.api.permissions import ANY_ROLE, ANYONE, Access, holder_of
from monitoring.errors import DatabaseUnavailableError, ServiceUnavailableError

# The stores of /health/dependencies. Source: service specification.
DEPENDENCIES = ("postgresql", "redis", "mongodb", "elasticsearch", "kafka")


class OverallHealth(HealthView):
    """GET /health; also in the form of draft-inadarei-api-health-check where Accept names its media type."""

    access: ClassVar[dict[str, Access]] = {"GET": ANYONE}
    renderer_classes = [*HealthView.renderer_classes, HealthJsonRenderer]

    @extend_schema(
        responses={
            (200, "application/json"): serializers.OverallHealth,
            (503, "application/json"): serializers.OverallHealth,
            (200, MEDIA_TYPE): {"type": "object"},
            (503, MEDIA_TYPE): {"type": "object"},
        }
    )
    def get(self, request: Request) -> Response:
        """Tell how the whole platform is; 503 when this service cannot do its work."""
        state = whole()
        status = 503 if state.level == Level.UNHEALTHY else 200
        if isinstance(request.accepted_renderer, HealthJsonRenderer):
            return Response(_as_health_json(state, request), status=status)
        body = {
            "status": state.level,
            "timestamp": timezone.now(),
            "services": len(state.services or ()),
            "dependencies": len(DEPENDENCIES),
            "uptime": round(uptime_seconds() * 1_000),
            "checked_at": state.checked_at,
        }
        return Response(serializers.OverallHealth(body).data, status=status)


class OneServiceHealth(HealthView):
    """GET /health/<service>"""

    access: ClassVar[dict[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(responses=serializers.ServiceHealthDetail)
    def get(self, request: Request, service: str) -> Response:
        """Tell what the last probe of one service found; 503 while it is unhealthy."""
        report = _report_of(service)
        if report.level == Level.UNHEALTHY:
            raise ServiceUnavailableError(
                "Service health check failed",
                details={
                    "service": report.service_name,
                    "url": f"{report.url}/health",
                    "error": report.error,
                },
            )
        body = {
            "service": report.service,
            "status": report.level,
            "responseTime": report.response_time_ms,
            "timestamp": report.checked_at,
            "details": report.details or {},
        } | _error_of(report)
        return Response(serializers.ServiceHealthDetail(body).data)


class AllServicesHealth(HealthView):
    """GET /health/services/all"""

    access: ClassVar[dict[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(responses=serializers.ServiceHealthLine(many=True))
    def get(self, request: Request) -> Response:
        """List every watched service with the result of its last probe."""
        lines = [_line(report) for report in _reports()]
        return Response(serializers.ServiceHealthLine(lines, many=True).data)


class DependenciesHealth(HealthView):
    """GET /health/dependencies"""

    access: ClassVar[dict[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(responses={200: {"type": "object", "additionalProperties": {"type": "object"}}})
    def get(self, request: Request) -> Response:
        """Map each store to its state; one that is not configured is disabled, not unhealthy."""
        stores = whole().stores
        return Response({name: _dependency(stores[name]) for name in DEPENDENCIES})


def _as_health_json(state: Whole, request: Request) -> dict[str, object]:
    holder = holder_of(request)
    return health_json_of(
        state,
        name=settings.SERVICE_NAME,
        version=version_for(request),
        detailed=holder is not None and holder.role is not None,
    )


def _reports() -> Sequence[ServiceReport]:
    reports = whole().services
    if reports is None:
        raise DatabaseUnavailableError(
            "the results of probes cannot be read", retry_after_seconds=5
        )
    return reports


def _report_of(name: str) -> ServiceReport:
    reports = {report.service: report for report in _reports()}
    full_names = {short: report.service_name for short, report in reports.items()}
    return reports[short_name_of(name, full_names)]


def _line(report: ServiceReport) -> dict[str, object]:
    line: dict[str, object] = {"service": report.service, "status": report.level}
    told = {
        "responseTime": report.response_time_ms,
        "checked_at": report.checked_at,
        "behind": report.behind or None,
        "in_maintenance": report.in_maintenance or None,
    }
    return (
        line
        | {name: value for name, value in told.items() if value is not None}
        | _error_of(report)
    )


def _error_of(report: ServiceReport) -> dict[str, object]:
    return {"error": report.error} if report.error else {}


def _dependency(store: StoreStanding) -> dict[str, object]:
    line: dict[str, object] = {"status": store.level or Link.DISABLED}
    if store.response_time_ms is not None:
        line["responseTime"] = round(store.response_time_ms, 1)
    if store.checked_at is not None:
        line["checked_at"] = store.checked_at
    return line | ({"error": store.error} if store.error else {})
