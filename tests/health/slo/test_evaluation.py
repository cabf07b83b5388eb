"""Objectives measured from rows: simulated burns against sums done by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from health.latency.histogram import LatencyHistogram
from health.models import PerformanceRollup, SlaBucket, Slo, SloState, WatchedService
from health.services.slo_evaluation import evaluate_slos
from monitoring.query.latest import latest_values
from tests.alerts.muting_rows import matcher, window
from tests.health.factories import WatchedServiceFactory
from tests.health.sla.marks_text import marks
from tests.health.sla.rows import probe_rows

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BUCKET = timedelta(minutes=5)


@pytest.fixture
def payment() -> WatchedService:
    return WatchedServiceFactory.create(name="payment")


def objective(service: WatchedService, **fields: Any) -> Slo:
    terms = {"name": "payment-up", "target_percent": Decimal("99.9"), **fields}
    return Slo.objects.create(service=service, **terms)


def state() -> SloState:
    (found,) = evaluate_slos(at=NOON)
    return SloState.objects.get(pk=found.pk)


def filled(service: WatchedService, since: timedelta, until: timedelta, **fields: Any) -> None:
    """Write the buckets from so long before noon to so long before noon."""
    first, count = NOON - since, (since - until) // BUCKET
    SlaBucket.objects.bulk_create(
        SlaBucket(service_name=service.name, starts_at=first + number * BUCKET, **fields)
        for number in range(count)
    )


def test_an_outage_burns_each_window_by_its_share(payment: WatchedService) -> None:
    objective(payment)
    # Two hours of probes each 30 s; the last 3 minutes are down, and two minutes an hour and a half ago.
    text = "u" * 60 + "DDDD" + "u" * 170 + "DDDDDD"
    probe_rows("payment", marks(text, NOON - 2 * HOUR))
    filled(payment, timedelta(days=30), 2 * HOUR, up_ms=300_000)

    found = state()

    down = {"5m": 180, "30m": 180, "1h": 180, "2h": 300, "6h": 300, "1d": 300, "3d": 300}
    length = {"5m": 300, "30m": 1_800, "1h": 3_600, "2h": 7_200, "6h": 21_600, "1d": 86_400}
    length["3d"] = 259_200
    assert found.burn_rates == {
        name: pytest.approx(seconds / length[name] / 0.001) for name, seconds in down.items()
    }
    assert found.compliance_percent == pytest.approx(100 * (1 - 300 / 2_592_000))
    assert found.budget_remaining == pytest.approx(1 - 300 / 2_592)
    # The pair 1h/5m agrees on 50 times: what is left lasts 30 days * 0.884 / 50.
    lasts = 30 * 86_400 * (1 - 300 / 2_592) / 50
    assert found.exhausted_at is not None
    assert (found.exhausted_at - NOON).total_seconds() == pytest.approx(lasts)


def test_buckets_and_probes_are_not_counted_twice(payment: WatchedService) -> None:
    objective(payment, window_days=1)
    probe_rows("payment", marks("u" * 120 + "D" * 120, NOON - 2 * HOUR))
    filled(payment, timedelta(days=1), timedelta(0), down_ms=300_000)

    assert state().compliance_percent == pytest.approx(100 / 24)


def test_a_window_of_which_nothing_is_known_has_no_burn_rate(payment: WatchedService) -> None:
    objective(payment)
    probe_rows("payment", marks("u" * 80, NOON - HOUR))

    found = state()

    assert (found.burn_rates["5m"], found.burn_rates["30m"]) == (None, None)
    assert (found.burn_rates["1h"], found.burn_rates["3d"]) == (0.0, None)
    assert found.exhausted_at is None


def test_an_objective_that_was_never_measured_says_so_and_sends_nothing(
    payment: WatchedService,
) -> None:
    objective(payment)

    found = state()

    assert (found.compliance_percent, found.budget_remaining) == (None, None)
    assert set(found.burn_rates.values()) == {None}
    assert latest_values(metrics=["slo_burn_rate"]) == []


def test_planned_time_burns_nothing(payment: WatchedService) -> None:
    objective(payment)
    probe_rows("payment", marks("u" * 110 + "D" * 10, NOON - HOUR))
    window(
        matcher("service_name", "payment-service"),
        first_start=NOON - 10 * MINUTE,
        duration_minutes=20,
        expires_at=NOON + HOUR,
    )

    found = state()

    assert found.burn_rates["1h"] == 0.0
    assert found.burn_rates["5m"] is None


def test_the_samples_are_the_state(payment: WatchedService) -> None:
    objective(payment)
    probe_rows("payment", marks("u" * 110 + "D" * 10, NOON - HOUR))

    found = state()

    series = {
        (
            value.series.metric,
            *(text for _, text in sorted(value.series.labels.items())),
        ): value.value
        for value in latest_values(service="payment-service")
    }
    for name in ("5m", "30m", "1h"):
        assert series["slo_burn_rate", "payment-up", name] == pytest.approx(found.burn_rates[name])
    assert ("slo_burn_rate", "payment-up", "3d") not in series
    assert series["slo_burn_rate_pair", "1h/5m", "payment-up"] == pytest.approx(
        found.burn_rates["1h"]
    )
    assert series["slo_error_budget_remaining", "payment-up"] == found.budget_remaining
    assert series["slo_compliance_percent", "payment-up"] == found.compliance_percent
    assert series["slo_budget_exhausted_seconds", "payment-up"] == 0.0


def test_a_budget_that_outlasts_the_window_is_sent_as_the_window(payment: WatchedService) -> None:
    objective(payment, window_days=7)
    probe_rows("payment", marks("u" * 120, NOON - HOUR))
    evaluate_slos(at=NOON)

    (value,) = latest_values(metrics=["slo_budget_exhausted_seconds"])

    assert value.value == 7 * 86_400


@pytest.mark.parametrize(("slo", "service"), [({"enabled": False}, {}), ({}, {"enabled": False})])
def test_what_is_switched_off_is_not_measured(
    payment: WatchedService, slo: dict[str, bool], service: dict[str, bool]
) -> None:
    objective(payment, **slo)
    WatchedService.objects.update(enabled=service.get("enabled", True))

    assert evaluate_slos(at=NOON) == []


def test_a_repeat_for_the_same_minute_changes_nothing(payment: WatchedService) -> None:
    objective(payment)
    probe_rows("payment", marks("u" * 100 + "D" * 20, NOON - HOUR))
    evaluate_slos(at=NOON)
    before = list(SloState.objects.values())

    evaluate_slos(at=NOON)

    assert list(SloState.objects.values()) == before


def _requests(
    at: datetime, requests: int, failed: int, latencies: list[float] | None = None
) -> None:
    PerformanceRollup.objects.create(
        service_name="payment-service",
        endpoint="/pay",
        method="POST",
        starts_at=at,
        width_seconds=60,
        requests=requests,
        server_errors=failed,
        latency=LatencyHistogram.of(latencies or []).to_json(),
    )


def test_requests_are_counted_one_by_one(payment: WatchedService) -> None:
    objective(payment, source="requests", target_percent=Decimal(99))
    _requests(NOON - 2 * MINUTE, 90, 9)
    _requests(NOON - 40 * MINUTE, 100, 1)
    _requests(NOON - 90 * MINUTE, 810, 0)
    filled(payment, 3 * HOUR, 2 * HOUR, requests=1_000, failed_requests=10)

    found = state()

    assert found.burn_rates["5m"] == pytest.approx(10)
    assert found.burn_rates["30m"] == pytest.approx(10)
    assert found.burn_rates["1h"] == pytest.approx(100 * 10 / 190)
    assert found.burn_rates["2h"] == pytest.approx(1)
    assert found.burn_rates["6h"] == pytest.approx(100 * 130 / 13_000)


def test_latency_counts_answers_within_the_threshold(payment: WatchedService) -> None:
    objective(
        payment, source="requests", kind="latency", threshold_ms=500, target_percent=Decimal(90)
    )
    _requests(NOON - 2 * MINUTE, 10, 3, [100.0] * 8 + [900.0] * 2)
    old = LatencyHistogram.of([100.0] * 10).to_json()
    filled(payment, 3 * HOUR, 2 * HOUR, requests=10, request_latency=old)

    found = state()

    assert found.burn_rates["5m"] == pytest.approx(2)
    assert found.burn_rates["6h"] == pytest.approx(10 * 2 / 130)


def test_latency_by_probes_leaves_out_those_that_were_not_answered(
    payment: WatchedService,
) -> None:
    objective(payment, kind="latency", threshold_ms=100, target_percent=Decimal(90))
    probe_rows("payment", marks("u" * 8 + "DD", NOON - BUCKET), response_time_ms=100)
    probe_rows("payment", marks("uuuu", NOON - 10 * MINUTE), response_time_ms=101)

    found = state()

    assert found.burn_rates["5m"] == 0.0
    assert found.burn_rates["30m"] == pytest.approx(100 * 4 / 12 / 10)


def test_objectives_of_one_service_are_measured_side_by_side(payment: WatchedService) -> None:
    objective(payment)
    objective(payment, name="payment-strict", target_percent=Decimal("99.99"), window_days=7)
    probe_rows("payment", marks("u" * 100 + "D" * 20, NOON - HOUR))

    rates = {row.slo.name: row.burn_rates["1h"] for row in evaluate_slos(at=NOON)}

    assert rates["payment-strict"] == pytest.approx(10 * rates["payment-up"])
