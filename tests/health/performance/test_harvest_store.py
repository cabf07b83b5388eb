"""Histograms that others pushed: taken over exactly, and once."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from health.models import HarvestedSeries, HealthCursor, PerformanceRollup
from health.selectors_performance import endpoint_totals
from health.services import performance_harvest
from health.services.performance_harvest import harvest
from monitoring.ingest.door import ingest
from monitoring.models import Series
from monitoring.types import MetricType, Origin, Sample, Temporality
from tests.health.performance.rows import NOON, requests_of

pytestmark = pytest.mark.django_db

METRIC = "http_request_duration_ms"
LABELS = {"route": "/pay", "method": "POST", "status_code": "200"}
HOUR = timedelta(hours=1)
FIVE = timedelta(minutes=5)


def minute(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


@pytest.fixture(autouse=True)
def begun() -> None:
    """The harvest has come to noon."""
    HealthCursor.objects.create(name=performance_harvest.CURSOR, at=NOON)


def totals(at: datetime, counts: dict[str, float], total_ms: float = 0, **labels: str) -> None:
    """Push what a client library keeps: running totals of one histogram."""
    of = LABELS | labels
    service = of.pop("service", "payment-service")
    samples = [
        Sample(
            f"{METRIC}_bucket",
            service,
            value,
            at,
            MetricType.HISTOGRAM,
            of | {"le": bound},
            Temporality.CUMULATIVE,
        )
        for bound, value in counts.items()
    ]
    samples.append(
        Sample(
            f"{METRIC}_sum", service, total_ms, at, MetricType.HISTOGRAM, of, Temporality.CUMULATIVE
        )
    )
    ingest(samples, origin=Origin.PUSH, at=at)
    Series.objects.filter(created_at__gt=minute(600)).update(created_at=at)


def observe(at: datetime, milliseconds: float, **labels: str) -> None:
    """Push one observation, which the door adds up itself."""
    of = LABELS | labels
    service = of.pop("service", "payment-service")
    sample = Sample(METRIC, service, milliseconds, at, MetricType.HISTOGRAM, of)
    ingest([sample], origin=Origin.PUSH, at=at)
    Series.objects.filter(created_at__gt=minute(600)).update(created_at=at)


def by_start() -> dict[datetime, int]:
    return dict(
        PerformanceRollup.objects.order_by("starts_at").values_list("starts_at", "requests")
    )


def test_growth_of_running_totals_is_taken_over() -> None:
    totals(minute(-1), {"100": 50, "500": 70, "+Inf": 80}, 9_000)
    totals(minute(1), {"100": 53, "500": 74, "+Inf": 85}, 10_000)
    totals(minute(4), {"100": 54, "500": 76, "+Inf": 90}, 19_500)
    totals(minute(6), {"100": 54, "500": 76, "+Inf": 91}, 20_000)

    assert harvest(at=minute(11)) == 11

    assert by_start() == {NOON: 10, minute(5): 1}
    row = PerformanceRollup.objects.get(starts_at=NOON)
    assert (row.source, row.width_seconds, row.method, row.endpoint) == (
        "histogram",
        300,
        "POST",
        "/pay",
    )
    assert row.latency == {"buckets": [[0.0, 100.0, 4], [100.0, 500.0, 2], [500.0, None, 4]]}
    assert (row.total_ms, row.satisfied) == (10_500, 6)
    (endpoint,) = endpoint_totals(NOON, NOON + HOUR)
    assert endpoint.requests == 11


def test_a_repeat_takes_nothing_over_again() -> None:
    totals(minute(-1), {"+Inf": 80})
    totals(minute(1), {"+Inf": 85})
    harvest(at=minute(6))

    assert harvest(at=minute(6)) == 0
    assert harvest(at=minute(11)) == 0

    assert requests_of() == 5


def test_a_restart_of_the_sender_loses_and_invents_nothing() -> None:
    totals(minute(-1), {"100": 50, "+Inf": 80})
    totals(minute(1), {"100": 52, "+Inf": 84})
    totals(minute(2), {"100": 1, "+Inf": 3})  # restarted: 3 since then
    totals(minute(3), {"100": 2, "+Inf": 5})

    assert harvest(at=minute(6)) == 4 + 5


def test_what_comes_late_is_counted_where_it_belongs_and_once() -> None:
    totals(minute(-1), {"+Inf": 80})
    totals(minute(1), {"+Inf": 85})
    harvest(at=minute(6))
    totals(minute(4), {"+Inf": 88})  # arrives after its span was taken over
    totals(minute(7), {"+Inf": 90})

    harvest(at=minute(11))

    assert by_start() == {NOON: 8, minute(5): 2}


def test_a_sample_that_comes_much_too_late_moves_growth_and_loses_none() -> None:
    totals(minute(-1), {"+Inf": 80})
    harvest(at=minute(61))
    totals(minute(2), {"+Inf": 88})
    totals(minute(62), {"+Inf": 90})

    harvest(at=minute(66))

    assert by_start() == {minute(60): 10}


def test_increments_count_from_the_first_one() -> None:
    for second in range(0, 240, 60):
        observe(NOON + timedelta(seconds=second), 30)
    observe(minute(3), 300, route="/refund")

    assert harvest(at=minute(6)) == 5

    row = PerformanceRollup.objects.get(endpoint="/pay")
    assert (row.requests, row.total_ms) == (4, 120)
    assert row.latency == {"buckets": [[10.0, 50.0, 4]]}


def test_a_route_that_is_rarely_called_is_counted_after_a_day() -> None:
    observe(minute(1), 30)
    harvest(at=minute(6))
    for hour in range(1, 24):
        harvest(at=minute(60 * hour))
    observe(minute(60 * 23 + 1), 30)

    assert harvest(at=minute(60 * 23 + 6)) == 1


def test_totals_of_a_service_that_was_never_counted_begin_with_their_first_sample() -> None:
    totals(minute(1), {"+Inf": 1_000_000})
    totals(minute(2), {"+Inf": 1_000_003})

    assert harvest(at=minute(6)) == 3


def test_a_status_that_appears_later_begins_at_zero() -> None:
    totals(minute(1), {"+Inf": 1_000_000})
    harvest(at=minute(6))
    totals(minute(7), {"+Inf": 2}, status_code="500")

    harvest(at=minute(11))

    row = PerformanceRollup.objects.get()
    assert (row.requests, row.server_errors) == (2, 2)


def test_this_services_own_histogram_is_left_out(settings: Settings) -> None:
    observe(minute(1), 30, service=settings.SERVICE_NAME)

    assert harvest(at=minute(6)) == 0
    assert not HarvestedSeries.objects.exists()


def test_a_span_that_is_not_over_waits() -> None:
    observe(minute(1), 30)

    assert harvest(at=minute(5.9)) == 0
    assert harvest(at=minute(6)) == 1


def test_a_run_after_an_outage_catches_up_by_the_hour() -> None:
    for hour in range(5):
        observe(minute(60 * hour + 1), 30)

    assert harvest(at=minute(300)) == 5

    assert by_start() == {minute(60 * hour): 1 for hour in range(5)}
    assert HealthCursor.objects.get().at == minute(295)


def test_a_harvest_that_is_killed_has_taken_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    observe(minute(1), 30)

    def die(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killing:
        killing.setattr(HealthCursor, "save", die)
        with pytest.raises(KeyboardInterrupt):
            harvest(at=minute(6))
    assert (requests_of(), HarvestedSeries.objects.count()) == (0, 0)

    assert harvest(at=minute(6)) == 1


def test_the_first_run_of_all_begins_an_hour_back() -> None:
    HealthCursor.objects.all().delete()
    observe(minute(1), 30)
    observe(minute(50), 30)

    assert harvest(at=minute(86)) == 2
    assert HealthCursor.objects.get().at == minute(85)
