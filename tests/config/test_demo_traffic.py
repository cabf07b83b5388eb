"""The samples of the demo platform: the same for a seed, valid, few series, true to the states."""

import math
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.demo.catalogue import SERVICES
from config.demo.samples import Sample, counter
from config.demo.simulation import Simulation
from config.demo.states import ServiceState

EVENING = datetime(2026, 3, 1, 19, 0, tzinfo=UTC)
SPAN = timedelta(seconds=5)
HEALTHY = {profile.name: ServiceState.HEALTHY for profile in SERVICES}
LABELS = {
    "http_requests_total": {"method", "route", "status_code"},
    "http_errors_total": {"method", "route", "error_type"},
    "http_request_duration_ms": {"method", "route", "status_code"},
    "system_cpu_usage_percent": {"hostname"},
    "system_memory_usage_percent": {"hostname"},
    "tickets_sold_total": {"venue_id", "event_id", "ticket_type"},
    "tickets_listed_total": {"venue_id", "price_range"},
    "revenue_total_cents": {"venue_id", "type"},
    "refunds_processed_total": {"venue_id", "reason"},
    "payment_success_total": {"provider", "currency"},
    "payment_failure_total": {"provider", "error_code"},
    "payment_processing_duration_ms": {"provider", "type"},
    "stripe_webhooks_total": {"event_type", "status"},
}
"""The metrics reference of the service specification."""


def states_with(**states: ServiceState) -> dict[str, ServiceState]:
    return HEALTHY | {f"{name}-service": state for name, state in states.items()}


def simulate(
    states: dict[str, ServiceState], *, seed: int = 1, steps: int = 120
) -> dict[str, list[Sample]]:
    """Return all samples of ten minutes of an evening, by service."""
    simulation = Simulation(seed)
    gathered: defaultdict[str, list[Sample]] = defaultdict(list)
    for step in range(steps):
        for service, samples in simulation.batches(EVENING + step * SPAN, SPAN, states).items():
            gathered[service] += samples
    return gathered


def total(samples: list[Sample], metric: str, **labels: str) -> float:
    return sum(
        sample.value
        for sample in samples
        if sample.metric_name == metric and labels.items() <= sample.labels.items()
    )


def values(samples: list[Sample], metric: str) -> list[float]:
    return [sample.value for sample in samples if sample.metric_name == metric]


def error_rate(samples: list[Sample]) -> float:
    """Return errors in percent of the requests, as the default rule measures it."""
    return 100 * total(samples, "http_errors_total") / total(samples, "http_requests_total")


def test_the_same_seed_gives_the_same_samples() -> None:
    assert simulate(HEALTHY, seed=7, steps=5) == simulate(HEALTHY, seed=7, steps=5)


def test_another_seed_gives_other_samples() -> None:
    assert simulate(HEALTHY, seed=7, steps=5) != simulate(HEALTHY, seed=8, steps=5)


def test_a_fault_of_one_service_leaves_the_noise_of_unrelated_ones_alone() -> None:
    calm, troubled = simulate(HEALTHY), simulate(states_with(analytics=ServiceState.DOWN))

    assert troubled["auth-service"] == calm["auth-service"]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    at=st.datetimes(timezones=st.just(UTC)),
    seconds=st.floats(0.1, 3_600),
    chosen=st.lists(st.sampled_from(ServiceState), min_size=8, max_size=8),
)
def test_every_value_can_be_stored_whatever_the_hour_and_the_states(
    seed: int, at: datetime, seconds: float, chosen: list[ServiceState]
) -> None:
    states = dict(zip(HEALTHY, chosen, strict=True))

    for samples in Simulation(seed).batches(at, timedelta(seconds=seconds), states).values():
        for sample in samples:
            assert math.isfinite(sample.value)
            assert sample.value >= 0
            assert set(sample.labels) == LABELS[sample.metric_name]
            if sample.type == "counter":
                assert sample.value == int(sample.value)
            if sample.metric_name.endswith("_percent"):
                assert sample.value <= 100


def test_a_batch_names_a_counter_or_gauge_once() -> None:
    for samples in Simulation(1).batches(EVENING, timedelta(minutes=30), HEALTHY).values():
        series = Counter(
            (sample.metric_name, tuple(sorted(sample.labels.items())))
            for sample in samples
            if sample.type != "histogram"
        )
        assert max(series.values()) == 1


def test_the_whole_platform_stays_below_two_hundred_and_fifty_series() -> None:
    series = {
        (service, sample.metric_name, tuple(sorted(sample.labels.items())))
        for service, samples in simulate(HEALTHY, steps=720).items()
        for sample in samples
    }

    assert 100 < len(series) < 250


def test_all_metrics_of_the_reference_that_services_push_are_pushed() -> None:
    pushed = {s.metric_name for samples in simulate(HEALTHY).values() for s in samples}

    assert pushed == set(LABELS)


def test_twice_the_interval_brings_twice_the_requests() -> None:
    def requests(span: timedelta) -> float:
        simulation = Simulation(1)
        batches = [simulation.batches(EVENING, span, HEALTHY)["auth-service"] for _ in range(200)]
        return sum(total(samples, "http_requests_total") for samples in batches)

    assert requests(2 * SPAN) / requests(SPAN) == pytest.approx(2.0, rel=0.05)


def test_a_healthy_platform_breaks_no_default_rule() -> None:
    for samples in simulate(HEALTHY, steps=720).values():
        assert error_rate(samples) < 2
        assert max(values(samples, "system_cpu_usage_percent")) < 80
        assert max(values(samples, "system_memory_usage_percent")) < 90


def test_a_service_that_is_down_pushes_nothing() -> None:
    assert "venue-service" not in simulate(states_with(venue=ServiceState.DOWN))


def test_behind_a_service_that_is_down_the_gateway_answers_502() -> None:
    gateway = simulate(states_with(venue=ServiceState.DOWN))["api-gateway"]

    venues = {"route": "/api/venues"}
    assert total(gateway, "http_requests_total", status_code="200", **venues) == 0
    assert total(gateway, "http_requests_total", status_code="502", **venues) > 0
    assert total(gateway, "http_requests_total", status_code="200", route="/api/events") > 0


def test_a_failing_service_breaks_the_error_rate_rule() -> None:
    samples = simulate(states_with(auth=ServiceState.FAILING))["auth-service"]

    assert error_rate(samples) > 30
    errors = total(samples, "http_errors_total", error_type="5xx")
    assert errors == total(samples, "http_requests_total", status_code="500")


def test_a_hot_service_stays_above_the_cpu_rule() -> None:
    samples = simulate(states_with(event=ServiceState.HOT))["event-service"]

    assert min(values(samples, "system_cpu_usage_percent")) >= 88


@pytest.mark.parametrize("metric", ["http_request_duration_ms", "payment_processing_duration_ms"])
def test_a_slow_service_takes_more_than_two_seconds(metric: str) -> None:
    samples = simulate(states_with(payment=ServiceState.SLOW))["payment-service"]

    assert min(values(samples, metric)) > 2_000


def test_the_gateway_is_as_slow_as_the_service_behind_it() -> None:
    gateway = simulate(states_with(event=ServiceState.SLOW))["api-gateway"]

    by_route = defaultdict(list)
    for sample in gateway:
        if sample.metric_name == "http_request_duration_ms":
            by_route[sample.labels["route"]].append(sample.value)
    assert min(by_route["/api/events"]) > 2_000
    assert max(by_route["/api/venues"]) < 2_000


def test_tickets_sold_and_payments_agree() -> None:
    gathered = simulate(HEALTHY)

    sold = total(gathered["ticket-service"], "tickets_sold_total")
    assert sold == total(gathered["payment-service"], "payment_success_total") > 0


@pytest.mark.parametrize("culprit", ["ticket", "payment"])
def test_nothing_is_sold_while_tickets_or_payments_are_down(culprit: str) -> None:
    gathered = simulate(states_with(**{culprit: ServiceState.DOWN}))

    assert total(gathered["ticket-service"], "tickets_sold_total") == 0
    assert total(gathered["payment-service"], "payment_success_total") == 0


def test_a_failing_payment_service_turns_sales_into_failures() -> None:
    calm = simulate(HEALTHY)["payment-service"]
    failing = simulate(states_with(payment=ServiceState.FAILING))["payment-service"]

    assert total(failing, "payment_failure_total") > 5 * total(calm, "payment_failure_total")
    assert total(failing, "payment_success_total") < total(calm, "payment_success_total")


def test_revenue_is_whole_cents_with_a_tenth_of_it_as_fees() -> None:
    samples = simulate(HEALTHY)["payment-service"]

    sales = total(samples, "revenue_total_cents", type="primary_sale")
    fees = total(samples, "revenue_total_cents", type="fees")
    assert fees == pytest.approx(sales / 10, rel=1e-4)


def test_a_sample_is_sent_as_the_push_endpoint_wants_it() -> None:
    sample = counter("payment_success_total", 1, provider="stripe", currency="USD")

    assert sample.document("payment-service", EVENING) == {
        "metric_name": "payment_success_total",
        "service_name": "payment-service",
        "value": 1,
        "type": "counter",
        "labels": {"provider": "stripe", "currency": "USD"},
        "timestamp": "2026-03-01T19:00:00+00:00",
    }
