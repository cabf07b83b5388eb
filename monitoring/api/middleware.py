"""What surrounds every request: its id, its metrics, its line in the log, and errors in the API's one shape."""

import logging
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

from monitoring.api.claims import TokenUser
from monitoring.api.errors import envelope, wants_json
from monitoring.api.problems import Problem, code_of
from monitoring.api.request_id import request_id_of
from monitoring.exposition import instruments

logger = logging.getLogger(__name__)
access_logger = logging.getLogger("monitoring.access")

Handler = Callable[[HttpRequest], HttpResponse]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    """Measures and logs each request by its route, never by its path: paths hold ids, and anybody can invent them."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with `X-Request-ID`; the time is that until the answer begins."""
        request_id = request_id_of(request.headers.get("X-Request-ID", ""))
        started = perf_counter()
        with bound_contextvars(request_id=request_id):
            response = self._get_response(request)
            milliseconds = (perf_counter() - started) * 1_000
            _measure(request, response, milliseconds)
            _log(request, response, milliseconds)
        response["X-Request-ID"] = request_id
        return response


class JsonErrors:
    """Gives the error pages of Django itself, also those of its debug mode, the shape of the API."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a client that reads JSON in JSON."""
        response = self._get_response(request)
        is_page = response.status_code >= 400 and "text/html" in response.get("Content-Type", "")
        if not is_page or not wants_json(request):
            return response
        status = response.status_code
        shaped = envelope(request, Problem(status, code_of(status), response.reason_phrase))
        for name in ("Allow", "Retry-After"):
            if name in response:
                shaped[name] = response[name]
        return shaped


def route_of(request: HttpRequest) -> str:
    """Return the pattern that the path matched; files share one route, and so do paths that lead nowhere."""
    match = request.resolver_match
    if match is not None:
        return f"/{match.route}"
    return settings.STATIC_URL if request.path.startswith(settings.STATIC_URL) else "unmatched"


def _measure(request: HttpRequest, response: HttpResponse, milliseconds: float) -> None:
    status = response.status_code
    where = {
        "method": request.method if request.method in _METHODS else "OTHER",
        "route": route_of(request),
    }
    labels = {**where, "status_code": str(status)}
    instruments.count("http_requests_total", labels)
    instruments.observe("http_request_duration_ms", labels, milliseconds)
    if status >= 400:
        instruments.count("http_errors_total", {**where, "error_type": f"{status // 100}xx"})


def _log(request: HttpRequest, response: HttpResponse, milliseconds: float) -> None:
    access_logger.info(
        "request answered",
        extra={
            "method": request.method,
            "route": route_of(request),
            "status": response.status_code,
            "duration_ms": round(milliseconds, 1),
            "subject": _subject_of(request),
        },
    )


def _subject_of(request: HttpRequest) -> str | None:
    """Return who a token speaks for; a lazy session user is left alone, since asking it costs a query."""
    user = request.__dict__.get("user")
    return user.id if type(user) is TokenUser else None
