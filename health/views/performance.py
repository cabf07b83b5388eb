"""HTTP edge of request performance. Source: endpoint 21, service specification."""

from collections.abc import Mapping
from typing import ClassVar, cast

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from health.performance.endpoints import Order, figures_of, worst_first
from health.selectors_performance import endpoint_totals, slowest_requests
from health.serializers import performance as serializers
from health.services.performance_push import Sender, push_requests
from health.views.performance_query import asked_of, order_of
from monitoring.api.pagination import page_of, with_page_headers
from monitoring.api.parsers import UnreadJsonParser
from monitoring.api.permissions import ANY_ROLE, Access, Role, holder_of, only
from monitoring.api.views import ApiView
from monitoring.errors import AuthenticationRequiredError
from monitoring.ingest.admission import ADMISSION, announced_size
from monitoring.metrics_api.ownership import writer_of
from monitoring.metrics_api.parameters import LIMIT, OFFSET
from monitoring.metrics_api.push import rejection_details

_SPAN = [
    OpenApiParameter("start", OpenApiTypes.DATETIME, description="24 hours before the end"),
    OpenApiParameter("end", OpenApiTypes.DATETIME, description="now"),
    OpenApiParameter("service", str, description="`payment` and `payment-service` mean the same"),
    OpenApiParameter("endpoint", str, description="the route as it is listed"),
    LIMIT,
    OFFSET,
]
_SORT = OpenApiParameter(
    "sort", str, enum=[order.value for order in Order], description="worst first; p95 unless said"
)
_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="1 to 255 printable characters; a repeat is answered, not stored again",
)


class PerformanceDashboard(ApiView):
    """GET /api/v1/monitoring/dashboard/performance"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(parameters=[*_SPAN, _SORT], responses=serializers.PerformanceAnswer)
    def get(self, request: Request) -> Response:
        """List the endpoints of all services with their percentiles, by default the slowest first."""
        query = request.query_params
        page, order = page_of(query, default=100, maximum=1_000), order_of(query)
        asked = asked_of(query, at=timezone.now(), longest=settings.PERFORMANCE_ROLLUP_RETENTION)
        totals = endpoint_totals(
            asked.start, asked.end, service_names=asked.service_names, endpoint=asked.endpoint
        )
        lines = worst_first(map(figures_of, totals), order)
        shown = lines[page.offset : page.offset + page.limit]
        body = serializers.PerformanceAnswer({"endpoints": shown}).data
        return with_page_headers(Response(body), request, page, len(lines))


class MeasuredRequests(ApiView):
    """POST /api/v1/monitoring/performance"""

    access: ClassVar[Mapping[str, Access]] = {
        "POST": only(Role.ADMIN, Role.MONITORING, permission="metrics:write")
    }
    rate_scope = "push"
    max_body_bytes = settings.MAX_BULK_BODY_BYTES
    parser_classes = (UnreadJsonParser,)  # the push decodes its body itself

    @extend_schema(
        parameters=[OpenApiParameter("x-service-name", str, OpenApiParameter.HEADER), _KEY],
        request=PolymorphicProxySerializer(
            component_name="MeasuredRequests",
            serializers=[
                serializers.MeasuredRequestInput,
                serializers.MeasuredRequestInput(many=True),
            ],
            resource_type_field_name=None,
            many=False,
        ),
        responses=serializers.StoredRequests,
    )
    def post(self, request: Request) -> Response:
        """Store requests that another service measured, up to 5,000; the answer comes after the commit."""
        holder = holder_of(request)
        if holder is None:
            raise AuthenticationRequiredError("Authentication required")
        headers = request.headers
        writer = writer_of(header=headers.get("x-service-name"), token=holder.service)
        sender = Sender(holder.id, writer, headers.get("Idempotency-Key"))
        with ADMISSION.admitted(announced_size(headers.get("Content-Length"))):
            # Without a body the framework gives its own idea of nothing.
            body = cast("bytes", request.data) or b"{}"
            report = push_requests(body, sender, at=timezone.now())
        answer = {
            "success": not report.rejected,
            "stored": report.stored,
            **rejection_details(report.rejected),
        }
        replayed = {"Idempotent-Replayed": "true"} if report.replayed else None
        return Response(answer, headers=replayed)


class SlowRequests(ApiView):
    """GET /api/v1/monitoring/performance/slow"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(parameters=_SPAN, responses=serializers.SlowRequest(many=True))
    def get(self, request: Request) -> Response:
        """List single requests, the slowest first."""
        query = request.query_params
        page = page_of(query, default=100, maximum=1_000)
        asked = asked_of(query, at=timezone.now(), longest=settings.PERFORMANCE_RETENTION)
        found = slowest_requests(
            asked.start, asked.end, service_names=asked.service_names, endpoint=asked.endpoint
        )
        rows = found[page.offset : page.offset + page.limit]
        return with_page_headers(
            Response(serializers.SlowRequest(rows, many=True).data), request, page, found.count()
        )
