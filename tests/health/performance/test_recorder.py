"""What one process gathers: everything in the roll-up, a bounded number of single requests."""

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.performance import recorder as recording
from health.performance.measured import MeasuredRequest
from health.performance.parts import Parts, parts_of
from health.performance.recorder import Batch, Recorder
from tests.health.performance.test_parts import NOON, request


def recorder(*, most_requests: int = 3, most_parts: int = 100) -> Recorder:
    return Recorder(threshold_ms=500, most_requests=most_requests, most_parts=most_parts)


def test_everything_is_in_the_parts_and_only_the_slowest_stand_alone() -> None:
    own = recorder()
    for milliseconds in range(1_000):
        own.record(request(milliseconds))

    batch = own.take()

    assert sum(part.requests for part in batch.parts.values()) == 1_000
    assert sorted(each.response_time_ms for each in batch.requests) == [997, 998, 999]
    assert batch.dropped == 0


def test_what_failed_stands_alone_before_what_was_merely_slow() -> None:
    own = recorder(most_requests=2)
    for each in (request(1, 500), request(9_000), request(2, 503), request(8_000, 404)):
        own.record(each)

    kept = own.take().requests

    assert sorted(each.status_code for each in kept) == [500, 503]


@given(st.lists(st.integers(0, 50), max_size=80))
def test_equal_requests_do_not_trip_the_order(times: list[int]) -> None:
    own = recorder()
    for milliseconds in times:
        own.record(request(milliseconds))

    kept = own.take().requests

    assert (
        sorted((each.response_time_ms for each in kept), reverse=True)
        == sorted(times, reverse=True)[:3]
    )


def test_taking_begins_anew() -> None:
    own = recorder()
    own.record(request())
    assert own.take()

    assert not own.take()


def test_a_batch_that_only_dropped_something_still_has_something_to_say() -> None:
    assert Batch(dropped=1)
    assert not Batch()


def test_requests_that_nobody_takes_are_added_up_every_256(monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[int] = []

    def counted(requests: list[MeasuredRequest], *, threshold_ms: float) -> Parts:
        added.append(len(requests))
        return parts_of(requests, threshold_ms=threshold_ms)

    monkeypatch.setattr(recording, "parts_of", counted)
    own = recorder()
    for _ in range(600):
        own.record(request())
    own.take()

    assert added == [256, 256, 88]


def test_endpoints_beyond_the_bound_are_counted_not_kept() -> None:
    own = recorder(most_parts=2)
    for minute in range(5):
        for _ in range(10):
            own.record(request(at=NOON + timedelta(minutes=minute)))

    batch = own.take()

    assert (len(batch.parts), batch.dropped) == (2, 30)
    assert sum(part.requests for part in batch.parts.values()) == 20


def test_a_place_that_is_known_is_counted_even_when_there_is_no_room_for_more() -> None:
    own = recorder(most_parts=1)
    for _ in range(600):  # several times what is added up at a time
        own.record(request())
    own.record(request(endpoint="/refund"))

    batch = own.take()

    assert (sum(part.requests for part in batch.parts.values()), batch.dropped) == (600, 1)


def test_threads_lose_nothing() -> None:
    own = recorder()
    taken: list[int] = []

    def record() -> None:
        for _ in range(2_000):
            own.record(request())

    threads = [threading.Thread(target=record) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken.append(_requests_of(own))
    taken.append(_requests_of(own))

    assert sum(taken) == 8_000


def _requests_of(own: Recorder) -> int:
    return sum(part.requests for part in own.take().parts.values())


def test_a_server_error_is_a_failure_and_a_client_error_is_none() -> None:
    assert [request(1, status).failed for status in (200, 404, 499, 500, 503)] == [
        False,
        False,
        False,
        True,
        True,
    ]
