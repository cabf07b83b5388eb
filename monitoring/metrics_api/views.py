"""The metrics endpoints. Source: endpoints 5 to 9, service specification."""

from collections.abc import Mapping
from typing import ClassVar, cast

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.pagination import page_of, with_page_headers
from monitoring.api.parsers import UnreadJsonParser
from monitoring.api.permissions import ANY_ROLE, Access, Role, holder_of, only
from monitoring.api.views import ApiView
from monitoring.errors import AuthenticationRequiredError
from monitoring.ingest.admission import ADMISSION, announced_size
from monitoring.metrics_api import serializers
from monitoring.metrics_api.ownership import writer_of
from monitoring.metrics_api.parameters import LIMIT, OFFSET, STEPS, WANTED
from monitoring.metrics_api.push import push, rejection_details, sender_of
from monitoring.metrics_api.questions import longest_for, question_of, span_of, wanted_of
from monitoring.metrics_api.readings import latest_rows, newest_first, steps_newest_first
from monitoring.metrics_api.selectors import aggregated_in, latest_of_service, samples_in
from monitoring.models import Latest
from monitoring.query.latest import latest_values


class Metrics(ApiView):
    """GET and POST /api/v1/monitoring/metrics"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": ANY_ROLE,
        "POST": only(Role.ADMIN, Role.MONITORING, permission="metrics:write"),
    }
    max_body_bytes = settings.MAX_BULK_BODY_BYTES
    parser_classes = (UnreadJsonParser,)  # the push decodes its body itself

    @property
    def rate_scope(self) -> str:  # type: ignore[override]  # one path has two limits
        """Return the limit that counts: pushes have their own."""
        return "push" if self.request.method == "POST" else "default"

    @extend_schema(
        operation_id="metrics_list",
        parameters=[
            *WANTED,
            *STEPS,
            LIMIT,
            OFFSET,
        ],
        responses=PolymorphicProxySerializer(
            component_name="MetricRow",
            serializers=[serializers.Reading, serializers.StepReading],
            resource_type_field_name=None,
            many=True,
        ),
    )
    def get(self, request: Request) -> Response:
        """Return samples, newest first; the last hour unless a range is given.

        With `step` one value for each step of time, and each series or group of them.
        """
        query = request.query_params
        page = page_of(query, default=1_000, maximum=10_000)
        question = question_of(query)
        wanted = wanted_of(query)
        if question is None:
            found = samples_in(span_of(query, at=timezone.now()), wanted)
            total = sum(len(each.at_ms) for each in found)
            rows = newest_first(found, limit=page.limit, offset=page.offset)
        else:
            span = span_of(query, at=timezone.now(), longest=longest_for(question))
            answer = aggregated_in(span, wanted, question)
            rows, total = steps_newest_first(answer, limit=page.limit, offset=page.offset)
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
        holder = holder_of(request)
        if holder is None:
            raise AuthenticationRequiredError("Authentication required")
        headers = request.headers
        with ADMISSION.admitted(announced_size(headers.get("Content-Length"))):
            # Without a body the framework gives its own idea of nothing.
            body = cast("bytes", request.data) or b"{}"
            sender = sender_of(
                client=holder.id,
                writer=writer_of(header=headers.get("x-service-name"), token=holder.service),
                key=headers.get("Idempotency-Key"),
                body=body,
            )
            result = push(body, sender, at=timezone.now())
        answer: dict[str, object] = {"success": not result.rejected}
        if result.is_batch:
            answer |= {"stored": result.stored, **rejection_details(result.rejected)}
        if result.is_spooled:
            answer["durable"] = "spool"
        replayed = {"Idempotent-Replayed": "true"} if result.replayed else None
        return Response(answer, headers=replayed)


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
