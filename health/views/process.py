"""Whether this process lives, can serve, and how it is connected."""

from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from health.memory.process import whole
from health.process import memory_use, uptime_seconds
from health.serializers import health as serializers
from health.status import Level, Link
from health.views.base import HealthView, version_for
from monitoring.api.permissions import ANYONE, Access
from monitoring.backends.stores import REQUIRED
from monitoring.errors import DatabaseUnavailableError

_OPERATIONAL = {Level.HEALTHY: "operational", Level.DEGRADED: "degraded", Level.UNHEALTHY: "down"}
# The stores of /status, and their names there. Source: service specification.
_CONNECTIONS = {
    "postgres": "postgresql",
    "redis": "redis",
    "mongodb": "mongodb",
    "elasticsearch": "elasticsearch",
    "influxdb": "influxdb",
}


class ServiceStatus(HealthView):
    """GET /status"""

    access: ClassVar[dict[str, Access]] = {"GET": ANYONE}

    @extend_schema(responses=serializers.ServiceStatus)
    def get(self, request: Request) -> Response:
        """Tell how this process and its connections are."""
        state = whole()
        memory = state.process or memory_use()
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
            "connections": {name: state.stores[store].link for name, store in _CONNECTIONS.items()},
            "checked_at": state.checked_at,
        }
        version = version_for(request)
        if version is not None:
            body["version"] = version
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
        if whole().stores[REQUIRED].link != Link.CONNECTED:
            raise DatabaseUnavailableError("PostgreSQL does not answer", retry_after_seconds=5)
        return Response({"status": "ok"})
