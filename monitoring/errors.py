"""Errors of the domain: each has a code of the specification and an HTTP status; one handler shapes the answer."""

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """Something the caller asked for cannot be done, and the message says why and what to do."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})
        self.retry_after_seconds = retry_after_seconds


class InvalidInputError(DomainError):
    """The request itself is wrong; repeating it changes nothing."""

    code = "VALIDATION_ERROR"
    status = 400


class AuthenticationRequiredError(DomainError):
    code = "AUTH_REQUIRED"
    status = 401


class ForbiddenError(DomainError):
    code = "FORBIDDEN"
    status = 403


class NotFoundError(DomainError):
    code = "NOT_FOUND"
    status = 404


class MetricNotFoundError(NotFoundError):
    code = "METRIC_NOT_FOUND"


class ConflictError(DomainError):
    code = "CONFLICT"
    status = 409


class PayloadTooLargeError(DomainError):
    code = "VALIDATION_ERROR"
    status = 413


class TooManyRequestsError(DomainError):
    code = "RATE_LIMIT_EXCEEDED"
    status = 429


class ServiceUnavailableError(DomainError):
    """A service or store that this request needs does not answer; the client may try again."""

    code = "SERVICE_UNAVAILABLE"
    status = 503


class OverloadedError(ServiceUnavailableError):
    """As much is being taken in as this process can hold; the client may send the same again later."""


class DatabaseUnavailableError(ServiceUnavailableError):
    code = "DATABASE_ERROR"


class StreamUnavailableError(ServiceUnavailableError):
    code = "KAFKA_ERROR"
