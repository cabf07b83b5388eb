"""What one endpoint answered in a span, as people ask for it, and which comes first. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from health.latency.histogram import LatencyHistogram
from health.performance.apdex import apdex


@dataclass(frozen=True, slots=True)
class EndpointTotals:
    """Everything that was counted of one endpoint; times in ms, `failed` were answered 5xx."""

    service_name: str
    endpoint: str
    method: str
    requests: int
    failed: int
    satisfied: int
    tolerating: int
    total_ms: float
    slowest_ms: float
    latency: LatencyHistogram


@dataclass(frozen=True, slots=True)
class EndpointFigures:
    """One line of the list of endpoints; times in ms, the shares from 0 to 1.

    Source: endpoint 21, service specification. What it does not name is added: method, p50,
    error_rate, apdex and slowest_ms.
    """

    service_name: str
    endpoint: str
    method: str
    avg_response_time: float
    p50: float
    p95: float
    p99: float
    request_count: int
    error_rate: float
    apdex: float
    slowest_ms: float


class Order(StrEnum):
    """By which figure the worst comes first."""

    P50 = "p50"
    P95 = "p95"
    P99 = "p99"
    AVERAGE = "avg_response_time"
    REQUESTS = "request_count"
    ERRORS = "error_rate"
    APDEX = "apdex"
    SLOWEST = "slowest_ms"


def figures_of(totals: EndpointTotals) -> EndpointFigures:
    """Return the figures of an endpoint that answered at least one request."""
    quantile = totals.latency.quantile
    return EndpointFigures(
        service_name=totals.service_name,
        endpoint=totals.endpoint,
        method=totals.method,
        avg_response_time=totals.total_ms / totals.requests,
        p50=quantile(0.50) or 0.0,
        p95=quantile(0.95) or 0.0,
        p99=quantile(0.99) or 0.0,
        request_count=totals.requests,
        error_rate=totals.failed / totals.requests,
        apdex=apdex(totals.satisfied, totals.tolerating, totals.requests) or 0.0,
        slowest_ms=totals.slowest_ms,
    )


def worst_first(figures: Iterable[EndpointFigures], order: Order) -> list[EndpointFigures]:
    """Return them by one figure: the largest first, of apdex the smallest; equal ones by their names."""
    badness: Callable[[EndpointFigures], float] = _badness(order)
    return sorted(
        figures, key=lambda each: (-badness(each), each.service_name, each.endpoint, each.method)
    )


def _badness(order: Order) -> Callable[[EndpointFigures], float]:
    sign = -1 if order is Order.APDEX else 1
    return lambda each: sign * float(getattr(each, order))
