"""GET dashboard/overview. Source: endpoint 19, service specification."""

from collections.abc import Mapping
from typing import ClassVar

from django.db.models import Count, Q
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.models.alert import State
from alerts.models.choices import Severity
from alerts.selectors import news
from health.averages import gauge_averages
from health.memory.process import whole
from health.serializers import overview as serializers
from health.views.health import DEPENDENCIES
from monitoring.api.pagination import page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access
from monitoring.api.views import ApiView

_DEFAULT_METRICS = 100
_MOST_METRICS = 1_000


class DashboardOverview(ApiView):
    """GET /api/v1/monitoring/dashboard/overview"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="dashboard_overview",
        parameters=[
            OpenApiParameter(
                "limit",
                int,
                description=f"metrics, 1 to {_MOST_METRICS}; {_DEFAULT_METRICS} unless given",
            ),
            OpenApiParameter("offset", int),
        ],
        responses=serializers.Overview,
    )
    def get(self, request: Request) -> Response:
        """Return how everything is: health, firing alerts, and the gauges' means of the last five minutes.

        The page headers count the metrics.
        """
        at = timezone.now()
        page = page_of(request.query_params, default=_DEFAULT_METRICS, maximum=_MOST_METRICS)
        averages, total = gauge_averages(at=at, limit=page.limit, offset=page.offset)
        state = whole()
        body = {
            "health": {
                "status": state.level,
                "services": len(state.services or ()),
                "dependencies": len(DEPENDENCIES),
            },
            "alerts": _firing(),
            "metrics": averages,
            "timestamp": at,
        }
        response = Response(serializers.Overview(body).data)
        return with_page_headers(response, request, page, total)


def _firing() -> dict[str, int]:
    return (
        news()
        .filter(state=State.FIRING)
        .aggregate(
            total=Count("pk"),
            critical=Count("pk", filter=Q(severity=Severity.CRITICAL)),
            warning=Count("pk", filter=Q(severity=Severity.WARNING)),
        )
    )
