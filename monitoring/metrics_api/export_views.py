"""Samples as a file of any size, written while they are read."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from django.conf import settings
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from monitoring.api.content_coding import takes_gzip
from monitoring.api.permissions import ANY_ROLE, Access
from monitoring.api.views import ApiView
from monitoring.errors import InvalidInputError
from monitoring.metrics_api.export_formats import FORMATS, Format
from monitoring.metrics_api.export_stream import (
    Pieces,
    Places,
    compressed,
    gathered,
    written,
)
from monitoring.metrics_api.export_walk import parts
from monitoring.metrics_api.parameters import EXPORT, WANTED
from monitoring.metrics_api.questions import span_of, wanted_of
from monitoring.metrics_api.selectors import series_of
from monitoring.metrics_api.span import Span

PLACES = Places(settings.MAX_EXPORTS)


class AsAsked(BaseContentNegotiation):
    """The parameter `format` says what is sent, so Accept has no say; errors are JSON."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        """Return the first: nothing is sent to this path."""
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer of errors."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ExportSamples(ApiView):
    """GET /api/v1/monitoring/metrics/samples"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}
    content_negotiation_class = AsAsked

    @extend_schema(
        operation_id="metrics_samples",
        parameters=[*WANTED, *EXPORT],
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/json"): OpenApiTypes.STR,
            (200, "application/x-ndjson"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Return every sample of the range, a few hundred series at a time; the last hour unless said.

        The range may be as long as samples are kept. What cannot be finished is broken off: the transfer
        then ends without its last chunk, and ndjson has a last line with `error`.
        """
        query = request.query_params
        form = _format_of(query.get("format", "csv"))
        span = span_of(query, at=timezone.now(), longest=settings.METRICS_RETENTION)
        series = series_of(wanted_of(query))
        pieces = gathered(written(parts(series, span.first_ms, span.last_ms), form))
        is_packed = takes_gzip(request.headers.get("Accept-Encoding", ""))
        # The answer holds one of the places until it is closed.
        response = StreamingHttpResponse(
            Pieces(compressed(pieces) if is_packed else pieces, PLACES.take())
        )
        response.headers["Content-Type"] = form.content_type
        response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(span, form)}"'
        response.headers["Vary"] = "Accept-Encoding"
        if is_packed:
            response.headers["Content-Encoding"] = "gzip"
        return response


def _format_of(text: str) -> Format:
    if text not in FORMATS:
        raise InvalidInputError(f"format must be one of {', '.join(FORMATS)}")
    return FORMATS[text]


def _file_name(span: Span, form: Format) -> str:
    return f"samples_{span.start:%Y%m%dT%H%M%SZ}_{span.end:%Y%m%dT%H%M%SZ}.{form.ending}"
