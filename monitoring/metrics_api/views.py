"""The metrics endpoints. Source: endpoints 5 to 9, service specification."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.pagination import page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access, Role, holder_of, only
from monitoring.api.query import instant_of
from monitoring.api.views import ApiView
from monitoring.errors import AuthenticationRequiredError
from monitoring.metrics_api import serializers
from monitoring.metrics_api.ownership import writer_of
from monitoring.metrics_api.push import push, rejection_details, request_key
from monitoring.metrics_api.readings import latest_rows, newest_first
from monitoring.metrics_api.selectors import latest_of_service, samples_in
from monitoring.metrics_api.span import Span
from monitoring.models import Latest
from monitoring.query.latest import latest_values

_DEFAULT_SPAN = timedelta(hours=1)
_LABEL = "label."

LIMIT = OpenApiParameter("limit", int, description="rows of the page")
OFFSET = OpenApiParameter("offset", int, description="rows to leave out before the page")


class Metrics(ApiView):
    """GET and POST /api/v1/monitoring/metrics"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": ANY_ROLE,
        "POST": only(Role.ADMIN, Role.MONITORING, permission="metrics:write"),
    }
    max_body_bytes = settings.MAX_BULK_BODY_BYTES

    @property
    def rate_scope(self) -> str:  # type: ignore[override]  # one path has two limits
        """Return the limit that counts: pushes have their own."""
        return "push" if self.request.method == "POST" else "default"

    @extend_schema(
        operation_id="metrics_list",
        parameters=[
            OpenApiParameter("service", str),
            OpenApiParameter("metric_name", str),
            OpenApiParameter(
                "start_time", OpenApiTypes.DATETIME, description="an hour before the end"
            ),
            OpenApiParameter("end_time", OpenApiTypes.DATETIME, description="now"),
            OpenApiParameter(
                "label.*", str, description="label.hostname=server1 keeps series with that label"
            ),
            LIMIT,
            OFFSET,
        ],
        responses=serializers.Reading(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return samples, newest first; the last hour unless a range is given."""
        query = request.query_params
        page = page_of(query, default=1_000, maximum=10_000)
        end = instant_of(query, "end_time", None) or timezone.now()
        start = instant_of(query, "start_time", None) or end - _DEFAULT_SPAN
        found = samples_in(
            Span(start, end),
            metric=query.get("metric_name"),
            service=query.get("service"),
            matchers=_label_matchers(query),
        )
        total = sum(len(each.at_ms) for each in found)
        rows = newest_first(found, limit=page.limit, offset=page.offset)
        return with_page_headers(Response(rows), request, page, total)

    @extend_schema(
        operation_id="metrics_push",
        parameters=[
            OpenApiParameter("x-service-name", str, OpenApiParameter.HEADER),
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="1 to 255 printable characters; a repeat is answered, not stored again",
            ),
        ],
        request=PolymorphicProxySerializer(
            component_name="Push",
            serializers=[serializers.SampleInput, serializers.SampleInput(many=True)],
            resource_type_field_name=None,
            many=False,
        ),
        responses=serializers.PushAnswer,
    )
    def post(self, request: Request) -> Response:
        """Store one sample or an array; the answer comes after the commit."""
        body: object = request.data
        holder = holder_of(request)
        if holder is None:
            raise AuthenticationRequiredError("Authentication required")
        result = push(
            body,
            writer=writer_of(header=request.headers.get("x-service-name"), token=holder.service),
            at=timezone.now(),
            request=request_key(
                request.headers.get("Idempotency-Key"), client=holder.id, body=body
            ),
        )
        answer: dict[str, object] = {"success": not result.rejected}
        if isinstance(body, list):
            answer |= {"stored": result.stored, **rejection_details(result.rejected)}
        headers = {"Idempotent-Replayed": "true"} if result.replayed else None
        return Response(answer, headers=headers)


class LatestMetrics(ApiView):
    """GET /api/v1/monitoring/metrics/latest"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="metrics_latest",
        parameters=[LIMIT, OFFSET],
        responses=serializers.Reading(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return the newest value of each series, ordered by metric, service and labels."""
        page = page_of(request.query_params, default=5_000, maximum=5_000)
        values = latest_values(limit=page.offset + page.limit)[page.offset :]
        return with_page_headers(
            Response(latest_rows(values)), request, page, Latest.objects.count()
        )


class ServiceMetrics(ApiView):
    """GET /api/v1/monitoring/metrics/service/<service>"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="metrics_of_service",
        parameters=[LIMIT, OFFSET],
        responses=serializers.Reading(many=True),
    )
    def get(self, request: Request, service: str) -> Response:
        """Return the newest value of each series of a service, named `payment` or `payment-service`."""
        page = page_of(request.query_params, default=5_000, maximum=5_000)
        values = latest_of_service(service)
        rows = latest_rows(values[page.offset : page.offset + page.limit])
        return with_page_headers(Response(rows), request, page, len(values))


def _label_matchers(query: QueryDict) -> dict[str, str]:
    """Return the labels asked for: `label.hostname=server1`."""
    return {
        name.removeprefix(_LABEL): str(query[name]) for name in query if name.startswith(_LABEL)
    }
