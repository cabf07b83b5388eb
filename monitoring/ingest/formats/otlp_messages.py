"""OTLP requests and answers, as bytes and as messages.

The generated classes are imported when the first request comes: most installations never see one, and
they would cost each process memory and time to start.
Source: "OTLP/HTTP", OpenTelemetry protocol specification.
"""

from typing import TYPE_CHECKING

from monitoring.errors import InvalidInputError

if TYPE_CHECKING:
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
        ExportMetricsServiceRequest,
    )


def from_protobuf(body: bytes) -> "ExportMetricsServiceRequest":
    """Return the request. Raises InvalidInputError."""
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - see above
    from opentelemetry.proto.collector.metrics.v1 import (  # noqa: PLC0415 - see above
        metrics_service_pb2,
    )

    request = metrics_service_pb2.ExportMetricsServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError:
        raise InvalidInputError("malformed body: no ExportMetricsServiceRequest") from None
    return request


def from_json(body: bytes) -> "ExportMetricsServiceRequest":
    """Return the request. Raises InvalidInputError."""
    from google.protobuf import json_format  # noqa: PLC0415 - see above
    from opentelemetry.proto.collector.metrics.v1 import (  # noqa: PLC0415 - see above
        metrics_service_pb2,
    )

    request = metrics_service_pb2.ExportMetricsServiceRequest()
    if not body.lstrip().startswith(b"{"):  # a list would be read as an empty request
        raise InvalidInputError("malformed body: a JSON object is expected")
    try:
        json_format.Parse(body, request, ignore_unknown_fields=True)
    except (json_format.ParseError, ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0][:200]
        raise InvalidInputError(f"malformed body: {reason}") from None
    return request


def answer(*, rejected: int, message: str, as_json: bool) -> bytes:
    """Return the encoded answer to a request of which so many data points were refused."""
    from google.protobuf import json_format  # noqa: PLC0415 - see above
    from opentelemetry.proto.collector.metrics.v1 import (  # noqa: PLC0415 - see above
        metrics_service_pb2,
    )

    response = metrics_service_pb2.ExportMetricsServiceResponse()
    if rejected:
        response.partial_success.rejected_data_points = rejected
        response.partial_success.error_message = message
    if as_json:
        text: str = json_format.MessageToJson(response)
        return text.encode()
    return bytes(response.SerializeToString())
