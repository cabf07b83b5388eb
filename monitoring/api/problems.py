"""What went wrong, in the words of the API: each exception becomes a status, a code and what the client may know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from math import ceil
from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions

from monitoring.errors import DatabaseUnavailableError, DomainError

_RETRY_AFTER_SECONDS = 2
_CODES = {
    401: "AUTH_REQUIRED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    429: "RATE_LIMIT_EXCEEDED",
    503: "SERVICE_UNAVAILABLE",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused request. `details` are for the client and never hold a host name, a query or a secret."""

    status: int
    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def code_of(status: int) -> str:
    """Return the code of an error that has no better one than its status."""
    return _CODES.get(status, "VALIDATION_ERROR" if status < 500 else "INTERNAL_ERROR")


_FORESEEN: tuple[tuple[type[BaseException], Problem], ...] = (
    (Http404, Problem(404, "NOT_FOUND", "Not found")),
    (PermissionDenied, Problem(403, "FORBIDDEN", "Forbidden")),
    (RequestDataTooBig, Problem(413, "VALIDATION_ERROR", "The request body is too large")),
    (UnreadablePostError, Problem(400, "VALIDATION_ERROR", "The request body could not be read")),
    (SuspiciousOperation, Problem(400, "VALIDATION_ERROR", "Bad request")),
    (BadRequest, Problem(400, "VALIDATION_ERROR", "Bad request")),
)


@singledispatch
def problem_of(error: BaseException) -> Problem:
    """Return the problem an exception means; what nobody foresaw says nothing about our insides."""
    for kind, problem in _FORESEEN:
        if isinstance(error, kind):
            return problem
    return Problem(500, "INTERNAL_ERROR", "Internal server error")


@problem_of.register
def _(error: DomainError) -> Problem:
    seconds = error.retry_after_seconds
    if seconds is None and error.status == 503:
        seconds = _RETRY_AFTER_SECONDS
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return Problem(error.status, error.code, error.message, error.details, headers)


@problem_of.register(OperationalError)
@problem_of.register(InterfaceError)
def _(_error: OperationalError | InterfaceError) -> Problem:
    return problem_of(DatabaseUnavailableError("The database does not answer; try again shortly"))


@problem_of.register
def _(error: exceptions.APIException) -> Problem:
    return Problem(error.status_code, code_of(error.status_code), str(error.detail))


@problem_of.register
def _(error: exceptions.AuthenticationFailed) -> Problem:
    return Problem(error.status_code, str(error.get_codes()), str(error.detail))


@problem_of.register
def _(error: exceptions.ValidationError) -> Problem:
    detail = error.detail
    details = detail if isinstance(detail, dict) else {"non_field_errors": detail}
    return Problem(400, "VALIDATION_ERROR", "Request validation failed", details)


@problem_of.register
def _(error: exceptions.MethodNotAllowed) -> Problem:
    return Problem(405, "METHOD_NOT_ALLOWED", str(error.detail))


@problem_of.register
def _(error: exceptions.Throttled) -> Problem:
    seconds = max(1, ceil(getattr(error, "wait", None) or 1))
    message = f"Rate limit exceeded, retry in {seconds} seconds"
    return Problem(
        429,
        "RATE_LIMIT_EXCEEDED",
        message,
        {"retryAfterSeconds": seconds},
        {"Retry-After": str(seconds)},
    )
