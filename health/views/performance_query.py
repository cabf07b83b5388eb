"""What is asked of the performance pages: the span, the services, the order; read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from health.performance.endpoints import Order
from monitoring.api.query import span_of
from monitoring.errors import InvalidInputError
from monitoring.metrics_api.names import names_of_service

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """From `start` to before `end`; `service_names` are both names of one service, None for all."""

    start: datetime
    end: datetime
    service_names: tuple[str, ...] | None
    endpoint: str | None


def asked_of(query_params: Mapping[str, str], *, at: datetime, longest: timedelta) -> Asked:
    """Return what a query string asks for: the 24 hours until `at` unless it says otherwise.

    Raises InvalidInputError for a parameter that is not understood, or a span that is empty or longer
    than `longest`.
    """
    start, end = span_of(query_params, until=at, length=_DAY)
    if end - start > longest:
        raise _wrong("start", f"a span of at most {longest.days} days can be asked for here")
    service = query_params.get("service")
    names = names_of_service(service) if service else None
    return Asked(start, end, names, query_params.get("endpoint") or None)


def order_of(query_params: Mapping[str, str]) -> Order:
    """Return by which figure the worst comes first, p95 unless said. Raises InvalidInputError."""
    try:
        return Order(query_params.get("sort", Order.P95))
    except ValueError:
        raise _wrong("sort", f"sort must be one of {', '.join(Order)}") from None


def _wrong(name: str, message: str) -> InvalidInputError:
    return InvalidInputError(message, details={name: [message]})
