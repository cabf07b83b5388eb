"""Measures what this service answers, as it measures others: by endpoint, for the performance pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from health import own_requests
from health.performance.measured import MeasuredRequest
from monitoring.api.middleware import route_of

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER = "OTHER"
_LONGEST_ENDPOINT = 255


class PerformanceRecorder:
    """Records each request by its route, never by its path: paths hold ids, and anybody can invent them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; the time is that until the answer begins."""
        started = perf_counter()
        response = self._get_response(request)
        milliseconds = (perf_counter() - started) * 1_000
        method = request.method or _OTHER
        own_requests.record(
            MeasuredRequest(
                service_name=settings.SERVICE_NAME,
                endpoint=route_of(request)[:_LONGEST_ENDPOINT],
                method=method if method in _METHODS else _OTHER,
                response_time_ms=milliseconds,
                status_code=response.status_code,
                at=datetime.now(UTC),
            )
        )
        return response
