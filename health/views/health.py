"""HTTP edge of health: every answer comes from recorded results, nothing is probed while a client waits."""

from collections.abc import Iterable
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from health.process import memory_use, uptime_seconds
from health.selectors import ServiceReport, service_report
from health.serializers import health as serializers
from health.status import Level, Link
from health.whole import REQUIRED, whole
from monitoring.api.permissions import ANY_ROLE, ANYONE, Access
from monitoring.api.views import ApiView
from monitoring.backends.stores import StoreState
from monitoring.errors import DatabaseUnavailableError, ServiceUnavailableError

_OPERATIONAL = {Level.HEALTHY: "operational", Level.DEGRADED: "degraded", Level.UNHEALTHY: "down"}
_LEVEL_OF_LINK = {
    Link.CONNECTED: "healthy",
    Link.DISCONNECTED: "unhealthy",
    Link.DISABLED: "disabled",
}
# The stores of /health/dependencies and of /status, and their names there. Source: service specification.
_DEPENDENCIES = ("postgresql", "redis", "mongodb", "elasticsearch", "kafka")
_CONNECTIONS = {
    "postgres": "postgresql",
    "redis": "redis",
    "mongodb": "mongodb",
    "elasticsearch": "elasticsearch",
    "influxdb": "influxdb",
}


class HealthView(ApiView):
    """Base of the health routes: their own rate limit, so that probes never starve a client."""

    rate_scope = "health"


class OverallHealth(HealthView):
    """GET /health"""

    access: ClassVar[dict[str, Access]] = {"GET": ANYONE}

    @extend_schema(responses={200: serializers.OverallHealth, 503: serializers.OverallHealth})
    def get(self, request: Request) -> Response:
        """Tell how the whole platform is; 503 when this service cannot do its work."""
        state = whole.get()
        body = {
            "status": state.level,
            "timestamp": timezone.now(),
            "services": len(state.services),
            "dependencies": len(_DEPENDENCIES),
            "uptime": round(uptime_seconds() * 1_000),
        }
        status = 503 if state.level == Level.UNHEALTHY else 200
        return Response(serializers.OverallHealth(body).data, status=status)


class OneServiceHealth(HealthView):
    """GET /health/<service>"""

    access: ClassVar[dict[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(responses=serializers.ServiceHealthDetail)
    def get(self, request: Request, service: str) -> Response:
        """Tell what the last probe of one service found; 503 while it is unhealthy."""
        report = service_report(service, at=timezone.now())
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
        state = whole.get()
        if not state.services and _link(state.stores, REQUIRED) == Link.DISCONNECTED:
            raise DatabaseUnavailableError(
                "the results of probes cannot be read", retry_after_seconds=5
            )
        lines = [_line(report) for report in state.services]
        return Response(serializers.ServiceHealthLine(lines, many=True).data)


class DependenciesHealth(HealthView):
    """GET /health/dependencies"""

    access: ClassVar[dict[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(responses={200: {"type": "object", "additionalProperties": {"type": "object"}}})
    def get(self, request: Request) -> Response:
        """Map each store to its state; one that is not configured is disabled, not unhealthy."""
        stores = {store.name: store for store in whole.get().stores}
        body = {}
        for name in _DEPENDENCIES:
            store = stores[name]
            line = {"status": _LEVEL_OF_LINK[Link(store.link)]}
            body[name] = line | ({"error": store.error} if store.error else {})
        return Response(body)


class ServiceStatus(HealthView):
    """GET /status"""

    access: ClassVar[dict[str, Access]] = {"GET": ANYONE}

    @extend_schema(responses=serializers.ServiceStatus)
    def get(self, request: Request) -> Response:
        """Tell how this process and its connections are."""
        state, memory = whole.get(), memory_use()
        body = {
            "status": _OPERATIONAL[state.level],
            "service": settings.SERVICE_NAME,
            "uptime": round(uptime_seconds()),
            "memory": {
                "rss": memory.resident,
                "heapTotal": memory.virtual,
                "heapUsed": memory.unique,
            },
            "timestamp": timezone.now(),
            "environment": settings.ENVIRONMENT,
            "connections": {
                name: _link(state.stores, store) for name, store in _CONNECTIONS.items()
            },
        }
        if settings.STATUS_PUBLIC_DETAIL or request.user is not None:
            body["version"] = settings.SERVICE_VERSION
        return Response(serializers.ServiceStatus(body).data)


class Livez(HealthView):
    """GET /livez"""

    access: ClassVar[dict[str, Access]] = {"GET": ANYONE}

    @extend_schema(responses=serializers.Liveness)
    def get(self, request: Request) -> Response:
        """Tell that this process answers; touches no store. Container checks ask here."""
        return Response({"status": "ok"})


class Readyz(HealthView):
    """GET /readyz"""

    access: ClassVar[dict[str, Access]] = {"GET": ANYONE}

    @extend_schema(responses=serializers.Liveness)
    def get(self, request: Request) -> Response:
        """Tell whether requests that need PostgreSQL can be served now."""
        if _link(whole.get().stores, REQUIRED) != Link.CONNECTED:
            raise DatabaseUnavailableError("PostgreSQL does not answer", retry_after_seconds=5)
        return Response({"status": "ok"})


def _line(report: ServiceReport) -> dict[str, object]:
    line: dict[str, object] = {"service": report.service, "status": report.level}
    if report.response_time_ms is not None:
        line["responseTime"] = report.response_time_ms
    return line | _error_of(report)


def _error_of(report: ServiceReport) -> dict[str, object]:
    return {"error": report.error} if report.error else {}


def _link(stores: Iterable[StoreState], name: str) -> str:
    return next(store.link for store in stores if store.name == name)
