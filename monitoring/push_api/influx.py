"""The door of Telegraf and other clients of InfluxDB 1 and 2.

Source: "Write data with the InfluxDB API", InfluxDB documentation.
"""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.permissions import ANYONE, Access
from monitoring.api.views import ApiView
from monitoring.errors import InvalidInputError
from monitoring.ingest.formats import line_protocol
from monitoring.ingest.formats.line_values import PRECISIONS, is_precision
from monitoring.push_api import bodies
from monitoring.push_api.base import PushView, admitted
from monitoring.push_api.senders import sender_of
from monitoring.push_api.storing import refuse, store

_ANONYMOUS = "influx"
_NO_CONTENT = {204: OpenApiResponse(description="All lines are committed.")}
_GZIP = OpenApiParameter("Content-Encoding", str, OpenApiParameter.HEADER, enum=["gzip"])
_PRECISION = OpenApiParameter(
    "precision", str, description=f"unit of the timestamps, ns unless given: {PRECISIONS}"
)
_IGNORED = "taken and ignored: there is one database"


class InfluxWrite(PushView):
    """POST /api/v1/monitoring/influx/write and /api/v1/monitoring/influx/api/v2/write"""

    access: ClassVar[Mapping[str, Access]] = {
        method: access.sent_as("token") for method, access in PushView.access.items()
    }

    @extend_schema(
        parameters=[
            _PRECISION,
            _GZIP,
            OpenApiParameter("db", str, description=_IGNORED),
            OpenApiParameter("bucket", str, description=_IGNORED),
            OpenApiParameter("org", str, description=_IGNORED),
        ],
        request={"text/plain": OpenApiTypes.STR},
        responses=_NO_CONTENT,
    )
    @admitted
    def post(self, request: Request) -> Response:
        """Store the numbers of each line; the answer comes after the commit.

        400 means that some lines are refused for good and the others are stored.
        """
        precision = str(request.query_params.get("precision", ""))
        if not is_precision(precision):
            raise InvalidInputError(f"precision must be one of {PRECISIONS}")
        body = bodies.read_plain_or_gzip(request)
        holder = self.holder()
        now = timezone.now()
        parsed = line_protocol.parse(
            body,
            sender_of(holder, otherwise=_ANONYMOUS),
            precision=precision,
            at=now,
            most_samples=settings.MAX_PUSH_SAMPLES,
        )
        refuse(store(parsed, client=holder.id, at=now), item="line")
        return Response(status=status.HTTP_204_NO_CONTENT)


class InfluxPing(ApiView):
    """GET /api/v1/monitoring/influx/ping"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANYONE}
    rate_scope = "health"

    @extend_schema(responses={204: OpenApiResponse(description="The door is open.")})
    def get(self, _request: Request) -> Response:
        """Say that there is somebody to write to; clients ask before their first line."""
        return Response(
            status=status.HTTP_204_NO_CONTENT,
            headers={"X-Influxdb-Version": settings.SERVICE_VERSION},
        )
