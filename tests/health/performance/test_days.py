"""Closed days: the same figures from far fewer rows, whatever comes late."""

from datetime import datetime, timedelta

import pytest

from health.models import HealthCursor, PerformanceDay, PerformanceRollup
from health.models.performance import RollupSource
from health.performance.endpoints import EndpointTotals
from health.selectors_performance import DAYS_CURSOR, endpoint_totals
from health.services.performance import record_requests
from health.services.performance_days import close_days
from health.services.performance_retention import forget_performance
from tests.health.performance.rows import request, roll_up
from tests.health.performance.test_parts import NOON

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MIDNIGHT = NOON - timedelta(hours=12)


def told(start: datetime, end: datetime) -> list[tuple[object, ...]]:
    return sorted(map(plain, endpoint_totals(start, end)))


def plain(totals: EndpointTotals) -> tuple[object, ...]:
    counted = (totals.requests, totals.failed, totals.satisfied, totals.tolerating)
    times = (round(totals.total_ms, 6), totals.slowest_ms, str(totals.latency.to_json()))
    return (totals.endpoint, *counted, *times)


def a_week() -> None:
    for hour in range(7 * 24):
        at = MIDNIGHT + timedelta(hours=hour, minutes=hour % 60)
        roll_up([request(hour, 500 if hour % 5 == 0 else 200, at=at)])
        roll_up([request(7 * hour, endpoint="/refund", at=at)])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (MIDNIGHT, MIDNIGHT + 7 * DAY),
        (MIDNIGHT + DAY, MIDNIGHT + 2 * DAY),
        (MIDNIGHT + timedelta(hours=5), MIDNIGHT + timedelta(days=3, hours=7, minutes=3)),
        (MIDNIGHT + timedelta(hours=5), MIDNIGHT + timedelta(hours=9)),
        (MIDNIGHT + timedelta(hours=23), MIDNIGHT + timedelta(hours=25)),
        (MIDNIGHT - 3 * DAY, MIDNIGHT + 30 * DAY),
        (MIDNIGHT + timedelta(microseconds=1), MIDNIGHT + 3 * DAY - timedelta(microseconds=1)),
    ],
)
@pytest.mark.parametrize("closed", [1, 4, 7])
def test_closing_changes_no_figure(start: datetime, end: datetime, closed: int) -> None:
    a_week()
    before = told(start, end)

    assert close_days(at=MIDNIGHT + (closed + 2) * DAY) == closed

    assert told(start, end) == before


def test_a_span_of_closed_days_is_told_from_them_alone() -> None:
    a_week()
    close_days(at=MIDNIGHT + 9 * DAY)
    PerformanceRollup.objects.filter(starts_at__lt=MIDNIGHT + 6 * DAY).delete()

    totals = endpoint_totals(MIDNIGHT, MIDNIGHT + 7 * DAY, service_names=["payment-service"])

    assert [each.requests for each in totals] == [168, 168]
    assert endpoint_totals(MIDNIGHT, MIDNIGHT + 7 * DAY, service_names=["venue-service"]) == []


def test_a_day_closes_two_days_after_its_end_and_once() -> None:
    a_week()

    assert close_days(at=MIDNIGHT + 3 * DAY - timedelta(microseconds=1)) == 0
    assert close_days(at=MIDNIGHT + 3 * DAY) == 1
    assert close_days(at=MIDNIGHT + 3 * DAY) == 0
    assert PerformanceDay.objects.count() == 2


def test_nothing_measured_closes_nothing() -> None:
    assert close_days(at=NOON) == 0


def test_many_days_are_closed_some_at_a_time() -> None:
    a_week()

    assert [close_days(at=MIDNIGHT + 20 * DAY, most_days=5) for _ in range(3)] == [5, 5, 5]
    assert HealthCursor.objects.get(name=DAYS_CURSOR).at == MIDNIGHT + 15 * DAY


def test_a_part_for_a_closed_day_opens_it_again() -> None:
    a_week()
    close_days(at=MIDNIGHT + 9 * DAY)

    record_requests([request(9, endpoint="/late", at=NOON + 2 * DAY)])

    assert [line[0] for line in told(MIDNIGHT, MIDNIGHT + 7 * DAY)].count("/late") == 1
    assert close_days(at=MIDNIGHT + 9 * DAY) == 5
    assert [line[0] for line in told(MIDNIGHT, MIDNIGHT + 7 * DAY)].count("/late") == 1
    assert PerformanceDay.objects.filter(starts_at=MIDNIGHT + 2 * DAY).count() == 3


def test_a_histogram_that_is_left_out_is_left_out_of_the_day() -> None:
    roll_up([request()] * 3, width=timedelta(minutes=5), source=RollupSource.HISTOGRAM)
    roll_up([request(at=NOON + timedelta(minutes=40))])

    close_days(at=NOON + 9 * DAY)

    assert PerformanceDay.objects.get().requests == 1


def test_old_days_are_forgotten() -> None:
    a_week()
    close_days(at=MIDNIGHT + 9 * DAY)

    forget_performance(at=MIDNIGHT + 403 * DAY)

    assert PerformanceDay.objects.order_by("starts_at").first() is not None
    assert PerformanceDay.objects.filter(starts_at__lt=MIDNIGHT + 3 * DAY).count() == 0
    assert PerformanceDay.objects.count() == 8
