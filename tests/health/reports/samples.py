"""Reports to look at: a month of three services whose figures can be worked out by hand, and their requests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from health.latency.histogram import LatencyHistogram
from health.performance.endpoints import EndpointTotals
from health.reports.budgets import Budget
from health.reports.performance_contents import (
    Requests,
    ServiceRequests,
    performance_contents,
)
from health.reports.periods import Span, slices
from health.reports.sla_contents import ServiceFacts, header, sla_contents
from health.reports.stretches import Flip, stretches
from health.sla.accounting import Spans
from health.sla.figures import Promise, SlaFigures, Totals

OCTOBER = Span(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
MADE_AT = datetime(2026, 11, 2, tzinfo=UTC)
DAY_MS = 86_400_000
EVIL = '<script>alert("1")</script>'


def figures(
    name: str,
    span: Span,
    *,
    down_ms: int = 0,
    unknown_ms: int = 0,
    maintenance_ms: int = 0,
    target: str = "99.9",
    times: Sequence[float] = (120.0, 180.0, 900.0),
) -> SlaFigures:
    """Return the figures of a service that was up for the rest of the span."""
    length = span.length // timedelta(milliseconds=1)
    spans = Spans(
        up_ms=length - down_ms - unknown_ms - maintenance_ms,
        down_ms=down_ms,
        unknown_ms=unknown_ms,
        maintenance_ms=maintenance_ms,
    )
    latency = LatencyHistogram.of(times)
    totals = Totals(spans=spans, violations=int(down_ms > 0), probe_latency=latency)
    promise = Promise(name, f"{name}-service", Decimal(target), 2_000)
    return SlaFigures(promise, span.start, span.end, totals)


def payment(span: Span = OCTOBER) -> ServiceFacts:
    """Return a service that was down for 52 min 30 s on the 7th, planned on the 12th, not measured on the 20th."""
    by_day = []
    for number, each in enumerate(slices(span)):
        odd: dict[int, dict[str, Any]] = {
            6: {"down_ms": 3_150_000},
            11: {"maintenance_ms": 7_200_000},
            19: {"unknown_ms": DAY_MS},
        }
        by_day.append(figures("payment", each, **odd.get(number, {})))
    down = span.start + timedelta(days=6, hours=10)
    buckets = [(down + number * timedelta(minutes=5), 300_000) for number in range(10)]
    buckets += [(down + timedelta(minutes=50), 150_000)]
    planned = span.start + timedelta(days=11, hours=2)
    return ServiceFacts(
        whole=figures(
            "payment", span, down_ms=3_150_000, maintenance_ms=7_200_000, unknown_ms=DAY_MS
        ),
        slices=by_day,
        outages=stretches(buckets),
        maintenance=stretches((planned + n * timedelta(minutes=5), 300_000) for n in range(24)),
        flips=[Flip(down + timedelta(seconds=30), "unhealthy", f"refused {EVIL}")],
        budgets=[
            Budget(
                "payment-availability",
                "availability",
                "ms",
                Decimal("99.9"),
                2_581_650_000,
                2_584_800_000,
            )
        ],
    )


def sla_data(
    *, settled: bool = True, services: Sequence[ServiceFacts] | None = None
) -> dict[str, Any]:
    """Return the data of an SLA report of October 2026."""
    told = [payment(), quiet("auth"), quiet("order")] if services is None else services
    begins = header("sla", "monthly", OCTOBER, made_at=MADE_AT, settled=settled)
    return sla_contents(begins, told)


def quiet(name: str) -> ServiceFacts:
    """Return a service that was up all the time."""
    return ServiceFacts(
        whole=figures(name, OCTOBER), slices=[figures(name, each) for each in slices(OCTOBER)]
    )


def performance_data(*, endpoints: int = 12) -> dict[str, Any]:
    """Return the data of a performance report of October 2026."""
    return performance_contents(
        header("performance", "monthly", OCTOBER, made_at=MADE_AT, settled=True),
        [_requests("payment-service", 3), _requests("order-service", 1)],
        [_endpoint(number) for number in range(endpoints)],
        apdex_threshold_ms=500,
    )


def _requests(name: str, share: int) -> ServiceRequests:
    found = []
    for number, span in enumerate(slices(OCTOBER)):
        times = [40 + 7 * share + (number * 13 + each * 31) % 160 for each in range(60)]
        times += [700 + 60 * (number % 7)] * 3
        if number == 17:  # a day without requests
            times = []
        latency = LatencyHistogram.of(times)
        found.append((span, Requests(len(times) * 1_000, number % 5 * 40 if times else 0, latency)))
    return ServiceRequests(name, found)


def _endpoint(number: int) -> EndpointTotals:
    times = [60.0 + number] * 90 + [150.0 + 90 * number] * 9 + [3_000.0]
    return EndpointTotals(
        service_name="payment-service" if number % 2 else "order-service",
        endpoint=f"/orders/{{order_id}}/items/{number}",
        method="POST" if number % 3 else "GET",
        requests=100,
        failed=number % 4,
        satisfied=99,
        tolerating=0,
        total_ms=sum(times),
        slowest_ms=3_000.0,
        latency=LatencyHistogram.of(times),
    )
