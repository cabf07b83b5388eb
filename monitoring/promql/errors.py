"""What can be wrong with a query, in the words and with the HTTP codes of Prometheus."""

from typing import ClassVar

from monitoring.errors import DomainError


class QueryError(DomainError):
    """A query that has no answer; `error_type` is what Prometheus calls the reason."""

    code = "VALIDATION_ERROR"
    status = 400
    error_type: ClassVar[str] = "bad_data"


class BadQueryError(QueryError):
    """The expression or a parameter cannot be read."""


class ExecutionError(QueryError):
    """The expression is sound, but its evaluation fails on these series."""

    status = 422
    error_type = "execution"


class TooManySamplesError(ExecutionError):
    """The evaluation would hold more samples at once than a query may."""

    def __init__(self) -> None:
        super().__init__(
            "query processing would load too many samples into memory in query execution"
        )


class QueryTimeoutError(QueryError):
    """The evaluation takes longer than a query may."""

    code = "SERVICE_UNAVAILABLE"
    status = 503
    error_type = "timeout"

    def __init__(self) -> None:
        super().__init__("query timed out in expression evaluation")
