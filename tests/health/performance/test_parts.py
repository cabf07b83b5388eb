"""Adding requests up by endpoint and span."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.latency.histogram import LatencyHistogram
from health.performance.measured import MeasuredRequest
from health.performance.parts import MINUTE, Part, Parts, Place, merge_into, parts_of, span_start

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
THRESHOLD = 500


def request(milliseconds: float = 10, status: int = 200, **fields: object) -> MeasuredRequest:
    usual: dict[str, object] = {"endpoint": "/pay", "method": "POST", "at": NOON}
    return MeasuredRequest(
        service_name="payment-service",
        response_time_ms=milliseconds,
        status_code=status,
        **(usual | fields),  # type: ignore[arg-type]  # tests name what they change
    )


REQUESTS = st.lists(
    st.builds(
        request,
        st.integers(0, 9_000),
        st.sampled_from([200, 302, 404, 499, 500, 503]),
        endpoint=st.sampled_from(["/pay", "/refund"]),
        method=st.sampled_from(["GET", "POST"]),
        at=st.integers(0, 300).map(lambda second: NOON + timedelta(seconds=second)),
    ),
    max_size=40,
)


def sums(part: Part) -> tuple[object, ...]:
    return (
        part.requests,
        part.client_errors,
        part.server_errors,
        part.satisfied,
        part.tolerating,
        part.total_ms,
        part.slowest_ms,
        part.latency.to_json(),
    )


def test_one_endpoint_in_one_minute_is_one_part() -> None:
    requests = [
        request(100),
        request(1_500, 404, at=NOON + timedelta(seconds=59, microseconds=999_999)),
        request(9_000, 500),
        request(600, 200),
    ]

    parts = parts_of(requests, threshold_ms=THRESHOLD)

    (place,) = parts
    assert place == Place("payment-service", "/pay", "POST", NOON)
    part = parts[place]
    assert (part.requests, part.client_errors, part.server_errors) == (4, 1, 1)
    assert (part.satisfied, part.tolerating) == (1, 2)
    assert (part.total_ms, part.slowest_ms) == (11_200, 9_000)
    assert part.latency.to_json() == LatencyHistogram.of([100, 1_500, 9_000, 600]).to_json()


@pytest.mark.parametrize(
    ("status", "errors"),
    [(399, (0, 0)), (400, (1, 0)), (499, (1, 0)), (500, (0, 1)), (599, (0, 1))],
)
def test_the_status_says_whose_error_it_was(status: int, errors: tuple[int, int]) -> None:
    (part,) = parts_of([request(600, status)], threshold_ms=THRESHOLD).values()

    assert (part.client_errors, part.server_errors) == errors
    assert (part.satisfied, part.tolerating) == (0, int(status < 500))


def test_endpoint_method_service_and_minute_tell_parts_apart() -> None:
    requests = [
        request(),
        request(endpoint="/refund"),
        request(method="GET"),
        request(at=NOON + MINUTE),
        request()._replace(service_name="venue-service"),
        request(),
    ]

    parts = parts_of(requests, threshold_ms=THRESHOLD)

    assert sorted(part.requests for part in parts.values()) == [1, 1, 1, 1, 2]


@given(requests=REQUESTS, cut=st.integers(0, 40))
def test_parts_counted_apart_add_up_to_those_counted_together(
    requests: list[MeasuredRequest], cut: int
) -> None:
    together = parts_of(requests, threshold_ms=THRESHOLD)

    apart: Parts = {}
    merge_into(apart, parts_of(requests[cut:], threshold_ms=THRESHOLD))
    merge_into(apart, parts_of(requests[:cut], threshold_ms=THRESHOLD))

    assert {place: sums(part) for place, part in apart.items()} == {
        place: sums(part) for place, part in together.items()
    }
    assert sum(part.requests for part in apart.values()) == len(requests)


def test_adding_up_leaves_what_was_added_alone() -> None:
    others = parts_of([request(5)], threshold_ms=THRESHOLD)
    mine: Parts = {}
    merge_into(mine, others)

    merge_into(mine, parts_of([request(7)], threshold_ms=THRESHOLD))

    assert [part.requests for part in others.values()] == [1]
    assert [part.requests for part in mine.values()] == [2]


@pytest.mark.parametrize(
    ("at", "width", "start"),
    [
        (NOON, MINUTE, NOON),
        (NOON - timedelta(microseconds=1), MINUTE, NOON - MINUTE),
        (NOON + timedelta(minutes=7), timedelta(minutes=5), NOON + timedelta(minutes=5)),
        (NOON + timedelta(minutes=59, seconds=59), timedelta(hours=1), NOON),
        (NOON.astimezone(timezone(timedelta(hours=5, minutes=30))), timedelta(hours=1), NOON),
    ],
)
def test_spans_begin_at_their_multiples_in_utc(
    at: datetime, width: timedelta, start: datetime
) -> None:
    assert span_start(at, width) == start
