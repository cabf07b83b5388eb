"""Requests and host of one service, measured over a busy hour without a sale."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import chain
from statistics import fmean, median

import numpy as np
import pytest

from config.demo.catalogue import EVENTS, SERVICES, ServiceProfile
from config.demo.demand import SaleDay
from config.demo.orders import Moment
from config.demo.samples import Sample
from config.demo.states import ServiceState
from config.demo.traffic import host_samples, request_samples

BUSIEST = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
NO_SALES = SaleDay({event.event_id: () for event in EVENTS})
HEALTHY = {profile.name: ServiceState.HEALTHY for profile in SERVICES}
HOUR = Moment(BUSIEST, timedelta(hours=1), HEALTHY, NO_SALES)


def profile_of(name: str) -> ServiceProfile:
    return next(profile for profile in SERVICES if profile.name == name)


def requests(name: str) -> list[Sample]:
    return list(request_samples(np.random.default_rng(1), profile_of(name), HOUR))


def counts(name: str, metric: str, *labels: str) -> dict[tuple[str, ...], float]:
    """Return the sum of a counter by the named labels."""
    found: Counter[tuple[str, ...]] = Counter()
    for sample in requests(name):
        if sample.metric_name == metric:
            found[tuple(sample.labels[label] for label in labels)] += int(sample.value)
    return dict(found)


@pytest.mark.parametrize("profile", SERVICES, ids=lambda profile: profile.name)
def test_at_the_busiest_hour_a_service_has_its_rate(profile: ServiceProfile) -> None:
    (total,) = counts(profile.name, "http_requests_total").values()

    assert total == pytest.approx(profile.requests_per_second * 3_600, rel=0.03)


def test_in_the_morning_a_service_has_a_quarter_of_its_rate() -> None:
    morning = Moment(BUSIEST.replace(hour=8), timedelta(hours=1), HEALTHY, NO_SALES)
    samples = request_samples(np.random.default_rng(1), profile_of("auth-service"), morning)

    total = sum(s.value for s in samples if s.metric_name == "http_requests_total")
    assert total == pytest.approx(2 * 3_600, rel=0.05)


def test_each_route_has_its_share() -> None:
    by_route = counts("auth-service", "http_requests_total", "route")

    assert by_route["/login",] == pytest.approx(0.7 * 8 * 3_600, rel=0.05)
    assert by_route["/token/refresh",] == pytest.approx(0.3 * 8 * 3_600, rel=0.05)


def test_a_status_fits_its_method_and_place() -> None:
    marketplace = set(counts("marketplace-service", "http_requests_total", "method", "status_code"))
    gateway = set(counts("api-gateway", "http_requests_total", "method", "status_code"))

    read, written = {("GET", "200"), ("GET", "404")}, {("POST", "201"), ("POST", "422")}
    assert marketplace >= read | written
    assert marketplace <= read | written | {("GET", "500"), ("POST", "500")}
    assert gateway == read | written | {("GET", "502"), ("POST", "502")}


def test_errors_are_the_requests_with_an_error_status() -> None:
    by_status = counts("event-service", "http_requests_total", "status_code")
    by_type = counts("event-service", "http_errors_total", "error_type")

    assert by_type == {("4xx",): by_status["404",], ("5xx",): by_status["500",]}


def test_a_failing_service_is_asked_as_often_as_a_healthy_one() -> None:
    failing = Moment(
        BUSIEST, timedelta(hours=1), HEALTHY | {"auth-service": ServiceState.FAILING}, NO_SALES
    )
    samples = request_samples(np.random.default_rng(1), profile_of("auth-service"), failing)

    total = sum(s.value for s in samples if s.metric_name == "http_requests_total")
    assert total == pytest.approx(8 * 3_600, rel=0.03)


def test_every_route_has_an_error_series_before_its_first_error() -> None:
    moment = Moment(BUSIEST, timedelta(milliseconds=1), HEALTHY, NO_SALES)
    samples = list(request_samples(np.random.default_rng(1), profile_of("auth-service"), moment))

    errors = [sample for sample in samples if sample.metric_name == "http_errors_total"]
    assert [(s.value, s.labels["error_type"]) for s in errors] == [(0, "5xx"), (0, "5xx")]


def test_a_batch_holds_a_handful_of_latencies_about_the_median_of_the_service() -> None:
    rng, profile = np.random.default_rng(1), profile_of("payment-service")
    batches = [
        [s.value for s in request_samples(rng, profile, HOUR) if s.type == "histogram"]
        for _ in range(200)
    ]

    assert {len(batch) for batch in batches} == {5}
    assert median(chain.from_iterable(batches)) == pytest.approx(profile.latency_ms, rel=0.1)


@pytest.mark.parametrize("profile", SERVICES, ids=lambda profile: profile.name)
def test_a_host_is_as_busy_as_the_load_makes_it(profile: ServiceProfile) -> None:
    rng = np.random.default_rng(1)
    pairs = [[s.value for s in host_samples(rng, profile, HOUR)] for _ in range(200)]

    assert fmean(cpu for cpu, _ in pairs) == pytest.approx(32.0, abs=0.5)
    assert fmean(memory for _, memory in pairs) == pytest.approx(profile.memory_percent, abs=0.5)


def test_memory_swings_by_six_percent_within_four_hours() -> None:
    rng, profile = np.random.default_rng(1), profile_of("auth-service")
    peak = Moment(BUSIEST + timedelta(hours=1), timedelta(seconds=5), HEALTHY, NO_SALES)
    highs = [list(host_samples(rng, profile, peak))[1].value for _ in range(100)]

    assert fmean(highs) == pytest.approx(profile.memory_percent + 6.0, abs=0.5)


def test_a_rush_never_drives_a_host_into_the_default_rules() -> None:
    rush = SaleDay({event.event_id: (1_200.0,) for event in EVENTS})
    moment = Moment(BUSIEST, timedelta(seconds=5), HEALTHY, rush)

    cpu, _ = host_samples(np.random.default_rng(1), profile_of("auth-service"), moment)

    assert cpu.value == 74.0
