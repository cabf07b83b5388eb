"""HTTP edge of uptime. Source: endpoint "Get SLA Metrics" (20), service specification."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from health.catalogue import short_name_of
from health.models import WatchedService
from health.serializers import sla as serializers
from health.sla.period import label_of, on_the_grid
from health.sla_selectors import finished_until, sla_of_services
from monitoring.api.pagination import page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access
from monitoring.api.query import before, instant_of
from monitoring.api.views import ApiView
from monitoring.errors import InvalidInputError
from monitoring.metrics_api.parameters import LIMIT, OFFSET

_DEFAULT = timedelta(days=30)


class SlaDashboard(ApiView):
    """GET /api/v1/monitoring/dashboard/sla"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="dashboard_sla",
        parameters=[
            OpenApiParameter("start_date", OpenApiTypes.DATETIME, description="30 days before"),
            OpenApiParameter("end_date", OpenApiTypes.DATETIME, description="the last full bucket"),
            OpenApiParameter(
                "service", str, description="`payment` and `payment-service` mean the same"
            ),
            LIMIT,
            OFFSET,
        ],
        responses=serializers.SlaAnswer,
    )
    def get(self, request: Request) -> Response:
        """Tell uptime, latency and violations of every service in a period, planned maintenance left out."""
        query = request.query_params
        page = page_of(query, default=1_000, maximum=1_000)
        start, end = _period(query, at=timezone.now())
        found = WatchedService.objects.order_by("name")
        if query.get("service"):
            names = dict(found.values_list("name", "service_name"))
            found = found.filter(name=short_name_of(query["service"], names))
        rows = found[page.offset : page.offset + page.limit]
        body = {
            "services": [serializers.sla_line(each) for each in sla_of_services(rows, start, end)],
            "period": label_of(start, end),
            "start": start,
            "end": end,
        }
        response = Response(serializers.SlaAnswer(body).data)
        return with_page_headers(response, request, page, found.count())


def _period(query: Mapping[str, str], *, at: datetime) -> tuple[datetime, datetime]:
    """Return the period asked for on the grid of buckets. Raises InvalidInputError for an empty or too long one."""
    asked = instant_of(query, "end_date", None)
    end = min(asked, at) if asked else finished_until(at)
    start = instant_of(query, "start_date", None) or before(end, _DEFAULT, "end_date")
    if not start < end:
        raise _wrong("start_date must lie before end_date")
    if end - start > timedelta(days=settings.MAX_REPORT_DAYS):
        raise _wrong(f"a period of at most {settings.MAX_REPORT_DAYS} days can be asked for")
    return on_the_grid(start, end)


def _wrong(message: str) -> InvalidInputError:
    return InvalidInputError(message, details={"start_date": [message]})
