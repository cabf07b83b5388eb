"""What all paths of the API share: forms in, and errors in the words of Prometheus."""

from collections.abc import Mapping
from datetime import timedelta
from time import monotonic
from typing import IO, Any, ClassVar

from django.conf import settings
from django.http import HttpResponse, QueryDict
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.permissions import SCRAPER, Access
from monitoring.api.views import ApiView
from monitoring.errors import PayloadTooLargeError
from monitoring.metrics_api.restricted import sees_restricted
from monitoring.prometheus_api import answers
from monitoring.prometheus_api.parameters import Parameters
from monitoring.prometheus_api.source import StoredSource
from monitoring.promql.engine import Limits
from monitoring.promql.errors import QueryError

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_MAX_FORM_BYTES = 1_048_576
# What Prometheus calls an error that the API kit raises.
_ERROR_TYPES = {400: "bad_data", 404: "not_found", 422: "execution", 503: "unavailable"}


class FormParser(BaseParser):
    """A form; a body of any other kind says nothing, as for Go's ParseForm."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> QueryDict:
        """Return the fields. Raises PayloadTooLargeError."""
        if not (media_type or "").startswith(_FORM):
            return QueryDict()
        body = stream.read(_MAX_FORM_BYTES + 1)
        if len(body) > _MAX_FORM_BYTES:
            raise PayloadTooLargeError(f"the form is larger than {_MAX_FORM_BYTES} bytes")
        return QueryDict(body, encoding="utf-8")


class PrometheusView(ApiView):
    """One path of the API, open to whoever may scrape."""

    access: ClassVar[Mapping[str, Access]] = {"GET": SCRAPER, "POST": SCRAPER}
    rate_scope = "scrape"
    parser_classes = [FormParser]

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a failed query as Prometheus does; what the API kit refuses says so in both languages."""
        if isinstance(exc, QueryError):
            return Response(
                {"status": "error", "errorType": exc.error_type, "error": exc.message},
                status=exc.status,
            )
        response = super().handle_exception(exc)
        kind = _ERROR_TYPES.get(response.status_code, "internal")
        response.data = {"status": "error", "errorType": kind, **response.data}
        return response

    def parameters(self, request: Request) -> Parameters:
        """Return what the form and the URL say."""
        form = request.data if request.method == "POST" else None
        return Parameters(
            form if isinstance(form, QueryDict) else QueryDict(), request.query_params
        )


def source_for(request: Request) -> StoredSource:
    """Return what whoever asks may see."""
    return StoredSource(
        max_samples=settings.MAX_PROMQL_SAMPLES, restricted=sees_restricted(request)
    )


def limits_of(timeout: timedelta) -> Limits:
    """Return the limits of a query that begins now."""
    deadline = monotonic() + timeout.total_seconds()
    return Limits(settings.MAX_PROMQL_SAMPLES, lambda: monotonic() > deadline)


def succeeded(data: bytes) -> HttpResponse:
    """Return the answer that carries this JSON."""
    return HttpResponse(answers.success(data), content_type=_JSON)
