"""What the roll-up answers: by service and time, and by endpoint."""

from datetime import UTC, timedelta, timezone

import pytest

from health import selectors_performance
from health.latency.histogram import LatencyHistogram
from health.models.performance import RollupSource
from health.performance.parts import MINUTE
from health.selectors_performance import endpoint_totals, request_totals, slowest_requests
from health.services.performance import record_requests
from tests.health.performance.rows import NOON, request, roll_up

pytestmark = pytest.mark.django_db

FIVE = timedelta(minutes=5)
HOUR = timedelta(hours=1)
PAYMENT = "payment-service"


def totals_at(at: object = NOON, width: timedelta = FIVE) -> tuple[int, int] | None:
    found = request_totals([PAYMENT], NOON - HOUR, NOON + HOUR, width)
    total = found.get((PAYMENT, at))  # type: ignore[arg-type]  # instants
    return None if total is None else (total.requests, total.failed)


def test_parts_of_a_span_add_up_whoever_wrote_them() -> None:
    roll_up([request(100), request(200, 500)])
    roll_up([request(300)])
    roll_up([request(400, endpoint="/refund", at=NOON + timedelta(minutes=4, seconds=59))])

    (total,) = request_totals([PAYMENT], NOON, NOON + HOUR, FIVE).values()

    assert (total.requests, total.failed) == (4, 1)
    assert total.latency.to_json() == LatencyHistogram.of([100, 200, 300, 400]).to_json()


def test_a_part_counts_where_it_begins() -> None:
    roll_up([request(at=NOON + FIVE)])
    roll_up([request(at=NOON)], width=HOUR)

    assert totals_at(NOON) == (1, 0)
    assert totals_at(NOON + FIVE) == (1, 0)
    assert totals_at(NOON, HOUR) == (2, 0)


def test_the_span_holds_its_start_and_not_its_end() -> None:
    roll_up([request(at=NOON), request(at=NOON + FIVE)])

    assert list(request_totals([PAYMENT], NOON, NOON + FIVE, FIVE)) == [(PAYMENT, NOON)]
    assert request_totals([PAYMENT], NOON + MINUTE, NOON + FIVE, FIVE) == {}


def test_only_the_services_asked_for_are_told() -> None:
    roll_up([request(), request()._replace(service_name="venue-service")])

    assert list(request_totals([PAYMENT, "order-service"], NOON, NOON + HOUR, FIVE)) == [
        (PAYMENT, NOON)
    ]
    assert request_totals([], NOON, NOON + HOUR, FIVE) == {}


def test_instants_may_be_in_any_zone() -> None:
    roll_up([request()])
    tokyo = timezone(timedelta(hours=9))

    found = request_totals([PAYMENT], NOON.astimezone(tokyo), (NOON + HOUR).astimezone(tokyo), FIVE)

    ((_, start),) = found
    assert (start, start.utcoffset()) == (NOON, timedelta())
    assert start.astimezone(UTC) == NOON


def test_a_histogram_of_an_hour_that_was_measured_request_by_request_is_left_out() -> None:
    roll_up([request(at=NOON)] * 3, width=FIVE, source=RollupSource.HISTOGRAM)
    roll_up([request(at=NOON + timedelta(minutes=59))])
    roll_up([request(at=NOON + HOUR)] * 4, width=FIVE, source=RollupSource.HISTOGRAM)
    roll_up([request(at=NOON - FIVE)] * 5, width=FIVE, source=RollupSource.HISTOGRAM)
    by_hand = {NOON - HOUR: 5, NOON: 1, NOON + HOUR: 4}

    found = request_totals([PAYMENT], NOON - HOUR, NOON + 2 * HOUR, HOUR)

    assert {start: total.requests for (_, start), total in found.items()} == by_hand
    # A span that does not see the measured request itself tells the same.
    assert request_totals([PAYMENT], NOON, NOON + FIVE, FIVE) == {}


def test_the_hour_of_one_service_says_nothing_about_another() -> None:
    roll_up([request(at=NOON)] * 3, width=FIVE, source=RollupSource.HISTOGRAM)
    roll_up([request(at=NOON)._replace(service_name="venue-service")])

    assert totals_at(NOON) == (3, 0)


def test_endpoints_are_told_apart_by_service_name_and_method() -> None:
    roll_up([request(100), request(900), request(5, endpoint="/refund"), request(7, method="GET")])
    roll_up([request(2_500, 500)])

    found = {(each.endpoint, each.method): each for each in endpoint_totals(NOON, NOON + HOUR)}

    assert sorted(found) == [("/pay", "GET"), ("/pay", "POST"), ("/refund", "POST")]
    pay = found["/pay", "POST"]
    assert (pay.requests, pay.failed, pay.satisfied, pay.tolerating) == (3, 1, 1, 1)
    assert (pay.total_ms, pay.slowest_ms) == (3_500, 2_500)
    assert pay.latency.to_json() == LatencyHistogram.of([100, 900, 2_500]).to_json()


def test_endpoints_can_be_chosen() -> None:
    roll_up([request(), request(endpoint="/refund"), request()._replace(service_name="venue")])

    def chosen(**asked: object) -> list[tuple[str, str]]:
        found = endpoint_totals(NOON, NOON + HOUR, **asked)  # type: ignore[arg-type]  # names
        return sorted((each.service_name, each.endpoint) for each in found)

    assert chosen(endpoint="/refund") == [(PAYMENT, "/refund")]
    assert chosen(service_names=["venue"]) == [("venue", "/pay")]
    assert len(chosen()) == 3
    assert endpoint_totals(NOON + MINUTE, NOON + HOUR) == []


def test_of_endpoints_without_end_the_busiest_are_held_and_a_day_loses_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(selectors_performance, "MOST_ENDPOINTS", 2)
    roll_up([request(endpoint=f"/{name}") for name in ("b", "a", "b", "c")])

    held = endpoint_totals(NOON, NOON + HOUR)

    assert [each.endpoint for each in held] == ["/b", "/a"]
    assert len(selectors_performance.totals_of_parts(NOON, NOON + HOUR)) == 3


def test_the_slowest_requests_come_first_and_can_be_chosen() -> None:
    record_requests(
        [
            request(10),
            request(900, 500),
            request(70, endpoint="/refund"),
            request(5, at=NOON + HOUR),
        ]
    )

    found = slowest_requests(NOON, NOON + HOUR)
    refunds = slowest_requests(NOON, NOON + HOUR, service_names=[PAYMENT], endpoint="/refund")

    assert [row.response_time_ms for row in found] == [900, 70, 10]
    assert [row.response_time_ms for row in refunds] == [70]
    assert not slowest_requests(NOON, NOON + HOUR, service_names=["venue-service"])
