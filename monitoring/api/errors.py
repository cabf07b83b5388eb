"""The one shape of every error: `{error, code, timestamp, path, details}`.

Source: section "Error Response Format", service specification.
"""

import logging
import sys
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views import defaults
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from monitoring.api.problems import Problem, code_of, problem_of
from monitoring.api.renderers import dumps

logger = logging.getLogger(__name__)


def body_of(problem: Problem, *, path: str, at: datetime) -> dict[str, Any]:
    """Return the error body of the specification."""
    return {
        "error": problem.message,
        "code": problem.code,
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "path": path,
        "details": problem.details,
    }


def to_envelope(error: Exception, context: dict[str, Any]) -> Response:
    """Return the answer to whatever a view raised; what nobody foresaw is logged and says nothing of our insides."""
    request: Request = context["request"]
    view: APIView = context["view"]
    problem = problem_of(error)
    _log(problem, error)
    response = Response(
        body_of(problem, path=request.path, at=timezone.now()),
        status=problem.status,
        headers=dict(problem.headers),
    )
    if problem.status == 401:
        response["WWW-Authenticate"] = view.get_authenticate_header(request)
    return response


def envelope(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the answer to a request that reached no view of the API."""
    return HttpResponse(
        dumps(body_of(problem, path=request.path, at=timezone.now())),
        status=problem.status,
        content_type="application/json",
        headers=dict(problem.headers),
    )


def wants_json(request: HttpRequest) -> bool:
    """Say whether the client reads JSON: everybody on the API's paths, elsewhere all but browsers and the admin."""
    if request.path.startswith("/api/v"):
        return True
    if request.path.startswith("/admin/"):
        return False
    return request.get_preferred_type(["application/json", "text/html"]) != "text/html"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself refuses: a foreign Host header, a body that is too large."""
    problem = problem_of(exception)
    if wants_json(request):
        return envelope(request, problem)
    response = defaults.bad_request(request, exception)
    response.status_code = problem.status
    return response


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a refusal outside the API's own views."""
    if wants_json(request):
        return envelope(request, problem_of(exception))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a path that leads nowhere."""
    if wants_json(request):
        return envelope(request, Problem(404, "NOT_FOUND", "No such path"))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what a middleware or a page of the admin did not catch; a database that is away is worth a retry."""
    error = sys.exception()
    problem = (
        problem_of(error)
        if error is not None
        else Problem(500, code_of(500), "Internal server error")
    )
    if wants_json(request):
        return envelope(request, problem)
    response = defaults.server_error(request)
    response.status_code = problem.status
    for name, value in problem.headers.items():
        response[name] = value
    return response


def _log(problem: Problem, error: Exception) -> None:
    if problem.status == 500:
        logger.error("request failed", exc_info=error)
    elif problem.status > 500:
        logger.warning(
            "request refused", extra={"code": problem.code, "reason": type(error).__name__}
        )
