"""The door of OpenTelemetry. Source: "OTLP/HTTP", OpenTelemetry protocol specification."""

import hashlib

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from monitoring.ingest.door import RequestKey
from monitoring.ingest.formats import otlp, otlp_messages
from monitoring.push_api import bodies
from monitoring.push_api.base import PushView, admitted
from monitoring.push_api.senders import sender_of
from monitoring.push_api.storing import Outcome, store

_PROTOBUF, _JSON = "application/x-protobuf", "application/json"
_DECODE = {_PROTOBUF: otlp_messages.from_protobuf, _JSON: otlp_messages.from_json}
_ANONYMOUS = "otlp"


class OtlpMetrics(PushView):
    """POST /api/v1/monitoring/otlp/v1/metrics"""

    @extend_schema(
        operation_id="otlp_metrics",
        parameters=[
            OpenApiParameter("Content-Encoding", str, OpenApiParameter.HEADER, enum=["gzip"])
        ],
        request={_PROTOBUF: OpenApiTypes.BINARY, _JSON: OpenApiTypes.OBJECT},
        responses={(200, _PROTOBUF): OpenApiTypes.BINARY, (200, _JSON): OpenApiTypes.OBJECT},
    )
    @admitted
    def post(self, request: Request) -> HttpResponse:
        """Store data points; the answer names in `partial_success` how many are refused for good, and why.

        A request with increments that is repeated byte by byte is answered, not counted again.
        """
        media_type, _ = bodies.media_type_of(request)
        decode = _DECODE.get(media_type)
        if decode is None:
            raise UnsupportedMediaType(media_type, f"Content-Type must be {_PROTOBUF} or {_JSON}")
        body = bodies.read_plain_or_gzip(request)
        holder = self.holder()
        parsed = otlp.parse(
            decode(body),
            sender_of(holder, otherwise=_ANONYMOUS),
            most_samples=settings.MAX_PUSH_SAMPLES,
        )
        key = _key_of(body, holder.id) if otlp.counts_increments(parsed) else None
        outcome = store(parsed, client=holder.id, at=timezone.now(), request=key)
        answer = otlp_messages.answer(
            rejected=len(outcome.refused), message=_why(outcome), as_json=media_type == _JSON
        )
        return HttpResponse(answer, content_type=media_type)


def _key_of(body: bytes, client: str) -> RequestKey:
    """Return the key of a request that has none: its instants make its bytes its own."""
    content = hashlib.sha256(body).hexdigest()
    return RequestKey(client, f"otlp {content}", content)


def _why(outcome: Outcome) -> str:
    if not outcome.refused:
        return ""
    first = outcome.refused[0]
    return f"data point {first.index}: {first.message}"
