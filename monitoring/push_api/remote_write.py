"""The door of Prometheus.

Source: "Prometheus Remote-Write 1.0" and "Prometheus Remote-Write 2.0", Prometheus documentation.
"""

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.ingest.formats import remote_write
from monitoring.ingest.formats.compression import unpack_snappy
from monitoring.ingest.formats.parsed import Parsed
from monitoring.push_api import bodies
from monitoring.push_api.base import PushView, admitted
from monitoring.push_api.senders import sender_of
from monitoring.push_api.storing import refuse, store

_PROTOBUF = "application/x-protobuf"
_PARSERS = {
    "": remote_write.parse,
    "proto=prometheus.writerequest": remote_write.parse,
    "proto=io.prometheus.write.v2.request": remote_write.parse_2,
}
_WRITTEN = "X-Prometheus-Remote-Write-{}-Written"
_ANONYMOUS = "prometheus"


class RemoteWrite(PushView):
    """POST /api/v1/monitoring/prometheus/api/v1/write"""

    @extend_schema(
        operation_id="prometheus_remote_write",
        parameters=[
            OpenApiParameter("Content-Encoding", str, OpenApiParameter.HEADER, enum=["snappy"])
        ],
        request={(_PROTOBUF): OpenApiTypes.BINARY},
        responses={
            204: OpenApiResponse(description="All samples are committed."),
            415: OpenApiResponse(description="Not remote write 1.0 or 2.0 in Snappy."),
        },
    )
    @admitted
    def post(self, request: Request) -> Response:
        """Store the samples of a request; a repeat stores the same ones again, which changes nothing.

        400 means that some samples are refused for good and the others are stored; 429 and 503 that the
        request is to be repeated. The headers X-Prometheus-Remote-Write-*-Written count what is stored.
        """
        parse = _parser_for(request)
        data = unpack_snappy(bodies.read(request), most_bytes=settings.MAX_BULK_BODY_BYTES)
        holder = self.holder()
        parsed = parse(
            data,
            sender_of(holder, otherwise=_ANONYMOUS),
            most_samples=settings.MAX_PUSH_SAMPLES,
        )
        outcome = store(parsed, client=holder.id, at=timezone.now())
        written = {"Samples": outcome.stored, "Histograms": 0, "Exemplars": 0}
        self.headers.update(
            {_WRITTEN.format(kind): str(number) for kind, number in written.items()}
        )
        refuse(outcome, item="sample")
        return Response(status=status.HTTP_204_NO_CONTENT)


def _parser_for(request: Request) -> Callable[..., Parsed]:
    """Return the parser of the request's version. Raises UnsupportedMediaType."""
    media_type, parameters = bodies.media_type_of(request)
    parse = _PARSERS.get(parameters)
    if media_type != _PROTOBUF or parse is None:
        raise UnsupportedMediaType(
            media_type,
            f"Content-Type must be {_PROTOBUF}, for remote write 2.0"
            " with proto=io.prometheus.write.v2.Request",
        )
    # Senders of the first years name no coding; it was Snappy then, too.
    if bodies.coding_of(request) not in {"", "snappy"}:
        raise UnsupportedMediaType(media_type, "Content-Encoding must be snappy")
    return parse
