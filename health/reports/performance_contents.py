"""What a performance report says, as JSON values: frozen once, and every format is made of it; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from health.latency.histogram import LatencyHistogram
from health.performance.apdex import apdex
from health.performance.endpoints import EndpointTotals
from health.reports.periods import Span

MOST_ENDPOINTS = 500
"""The slowest by p95; the totals count all."""
_QUANTILES = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99}


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of something in a span; `failed` were answered with 5xx."""

    requests: int
    failed: int
    latency: LatencyHistogram


@dataclass(frozen=True, slots=True)
class ServiceRequests:
    """One service by slice of the period."""

    service_name: str
    slices: Sequence[tuple[Span, Requests]]


def performance_contents(
    begins: Mapping[str, Any],
    services: Sequence[ServiceRequests],
    endpoints: Sequence[EndpointTotals],
    *,
    apdex_threshold_ms: int,
) -> dict[str, Any]:
    """Return the whole report: services by name, endpoints from the slowest p95 on."""
    ordered = sorted(endpoints, key=_slowest_first)
    told = sorted(services, key=lambda each: each.service_name)
    return {
        **begins,
        "apdex_threshold_ms": apdex_threshold_ms,
        "totals": _requests(added(part for each in services for _, part in each.slices)),
        "slices": _slices(_all_services(told)),
        "services": [
            {
                "service_name": each.service_name,
                **_requests(added(part for _, part in each.slices)),
                "slices": _slices(each.slices),
            }
            for each in told
        ],
        "endpoints": [_endpoint(each) for each in ordered[:MOST_ENDPOINTS]],
        "endpoints_left_out": max(len(ordered) - MOST_ENDPOINTS, 0),
    }


def added(parts: Iterable[Requests]) -> Requests:
    """Return requests added up; percentiles come from the histograms put together, never from percentiles."""
    known = list(parts)
    return Requests(
        sum(part.requests for part in known),
        sum(part.failed for part in known),
        LatencyHistogram().merged(part.latency for part in known),
    )


def _all_services(services: Sequence[ServiceRequests]) -> list[tuple[Span, Requests]]:
    by_span: dict[Span, list[Requests]] = {}
    for each in services:
        for span, part in each.slices:
            by_span.setdefault(span, []).append(part)
    return [(span, added(parts)) for span, parts in by_span.items()]


def _slices(slices: Iterable[tuple[Span, Requests]]) -> list[dict[str, Any]]:
    return [
        {"start": span.start.isoformat(), "end": span.end.isoformat(), **_requests(part)}
        for span, part in slices
    ]


def _requests(part: Requests) -> dict[str, Any]:
    percentiles = {name: _rounded(part.latency.quantile(q)) for name, q in _QUANTILES.items()}
    return {
        "requests": part.requests,
        "failed": part.failed,
        "error_percent": _percent(part.failed, part.requests),
        **percentiles,
    }


def _endpoint(totals: EndpointTotals) -> dict[str, Any]:
    counted = Requests(totals.requests, totals.failed, totals.latency)
    content = apdex(totals.satisfied, totals.tolerating, totals.requests)
    return {
        "service_name": totals.service_name,
        "endpoint": totals.endpoint,
        "method": totals.method,
        **_requests(counted),
        "mean_ms": round(totals.total_ms / totals.requests, 3),
        "slowest_ms": round(totals.slowest_ms, 3),
        "apdex": None if content is None else round(content, 4),
    }


def _slowest_first(totals: EndpointTotals) -> tuple[float, str, str, str]:
    p95 = totals.latency.quantile(0.95) or 0.0
    return (-p95, totals.service_name, totals.endpoint, totals.method)


def _percent(part: int, total: int) -> float | None:
    return round(100 * part / total, 4) if total else None


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(float(milliseconds), 3)
