"""The figures of an endpoint, and which endpoint is the worst."""

import pytest

from health.latency.histogram import LatencyHistogram
from health.performance.endpoints import EndpointTotals, Order, figures_of, worst_first


def totals(endpoint: str = "/pay", **changed: object) -> EndpointTotals:
    usual: dict[str, object] = {
        "service_name": "payment-service",
        "endpoint": endpoint,
        "method": "POST",
        "requests": 4,
        "failed": 1,
        "satisfied": 2,
        "tolerating": 1,
        "total_ms": 1_000.0,
        "slowest_ms": 700.0,
        "latency": LatencyHistogram.of_buckets([100, 1_000], [2, 4]),
    }
    return EndpointTotals(**(usual | changed))  # type: ignore[arg-type]  # tests name what they change


def test_the_figures_of_an_endpoint() -> None:
    figures = figures_of(totals())

    assert (figures.avg_response_time, figures.request_count) == (250, 4)
    assert figures.p50 == pytest.approx(100)
    assert figures.p95 == pytest.approx(910)
    assert figures.p99 == pytest.approx(982)
    assert (figures.error_rate, figures.apdex, figures.slowest_ms) == (0.25, 0.625, 700)


def test_figures_that_are_zero_stay_zero() -> None:
    at_once = LatencyHistogram.of([0.0] * 4)

    figures = figures_of(totals(latency=at_once, total_ms=0.0, satisfied=0, tolerating=0, failed=4))

    assert (figures.p50, figures.p95, figures.p99, figures.apdex) == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("order", "worst"),
    [
        (Order.P50, "/slow"),
        (Order.P95, "/slow"),
        (Order.P99, "/slow"),
        (Order.AVERAGE, "/slow"),
        (Order.SLOWEST, "/slow"),
        (Order.REQUESTS, "/busy"),
        (Order.ERRORS, "/broken"),
        (Order.APDEX, "/tedious"),
    ],
)
def test_the_worst_comes_first(order: Order, worst: str) -> None:
    slow = LatencyHistogram.of([5_000] * 4)
    figures = [
        figures_of(each)
        for each in (
            totals("/usual"),
            totals("/slow", latency=slow, total_ms=20_000.0, slowest_ms=5_000.0),
            totals("/busy", requests=40, satisfied=20, tolerating=10, failed=10),
            totals("/broken", failed=3),
            totals("/tedious", satisfied=0),
        )
    ]

    assert worst_first(figures, order)[0].endpoint == worst


def test_equals_stand_in_the_order_of_their_names() -> None:
    figures = [figures_of(totals(name)) for name in ("/b", "/c", "/a")]

    assert [each.endpoint for each in worst_first(figures, Order.P95)] == ["/a", "/b", "/c"]
