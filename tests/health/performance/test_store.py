"""What is stored of measured requests: rows and parts in one transaction, once."""

from typing import Any

import pytest
from django.db import DataError, OperationalError

from health import own_requests
from health.models import PerformanceMetric, PerformanceRollup
from health.performance.recorder import Recorder
from health.services import performance
from health.services.performance import prepared, record_requests, store
from monitoring.exposition import instruments
from tests.health.performance.rows import NOON, request, requests_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """What this process gathers, for this test alone."""
    recorder = Recorder(threshold_ms=500, most_requests=2, most_parts=3)
    monkeypatch.setattr(own_requests, "_recorder", recorder)
    monkeypatch.setattr(own_requests, "_unconfirmed", None)
    return recorder


@pytest.fixture
def drops(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    counted: list[tuple[Any, ...]] = []
    monkeypatch.setattr(instruments, "count", lambda *call: counted.append(call))
    return counted


def fail(error: Exception) -> Any:
    def failing(*_args: object, **_kwargs: object) -> None:
        raise error

    return failing


def test_each_request_is_a_row_and_all_are_in_the_roll_up() -> None:
    record_requests([request(12.4), request(12.6, 404), request(700, endpoint="/refund")])

    rows = PerformanceMetric.objects.order_by("response_time_ms")
    assert [(row.response_time_ms, row.status_code, row.endpoint) for row in rows] == [
        (12, 200, "/pay"),
        (13, 404, "/pay"),
        (700, 200, "/refund"),
    ]
    assert {row.timestamp for row in rows} == {NOON}
    (pay,) = PerformanceRollup.objects.filter(endpoint="/pay")
    assert (pay.requests, pay.client_errors, pay.total_ms) == (2, 1, 25)
    assert (pay.starts_at, pay.width_seconds, pay.source) == (NOON, 60, "requests")


def test_rows_and_parts_are_stored_together_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        PerformanceRollup.objects, "bulk_create", fail(OperationalError("gone")), raising=False
    )

    with pytest.raises(OperationalError):
        record_requests([request()])

    assert not PerformanceMetric.objects.exists()


def test_what_is_stored_already_is_not_stored_again(own: Recorder) -> None:
    own.record(request())
    unstored = prepared(own.take())

    assert store(unstored)
    assert not store(unstored)

    assert (requests_of(), PerformanceMetric.objects.count()) == (1, 1)


def test_a_flush_stores_everything_and_the_slowest_as_rows(own: Recorder) -> None:
    for milliseconds in range(10):
        own_requests.record(request(milliseconds))

    own_requests.flush()
    own_requests.flush()

    assert requests_of() == 10
    times = PerformanceMetric.objects.values_list("response_time_ms", flat=True)
    assert sorted(times) == [8, 9]


def test_what_the_database_did_not_take_is_kept_for_the_next_flush(
    own: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.record(request(1))
    with monkeypatch.context() as away:
        away.setattr(performance, "_create", fail(OperationalError("gone")))
        for _ in range(3):
            with pytest.raises(OperationalError):
                own_requests.flush()
    own.record(request(2))

    own_requests.flush()

    assert requests_of() == 2


def test_an_answer_that_was_lost_after_the_commit_counts_nothing_twice(
    own: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.record(request(1))
    create = performance._create

    def lose_the_answer(unstored: Any) -> None:
        create(unstored)
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as breaking:
        breaking.setattr(performance, "_create", lose_the_answer)
        with pytest.raises(OperationalError):
            own_requests.flush()
    own.record(request(2))

    own_requests.flush()

    assert requests_of() == 2


def test_what_the_database_refuses_for_good_is_counted_and_given_up(
    own: Recorder, monkeypatch: pytest.MonkeyPatch, drops: list[tuple[Any, ...]]
) -> None:
    own.record(request(1))
    own.record(request(2))
    with monkeypatch.context() as refusing:
        refusing.setattr(performance, "_create", fail(DataError("value too long")))
        own_requests.flush()
    own.record(request(3))

    own_requests.flush()

    assert drops == [(own_requests.DROPS, {"reason": "refused_by_database"}, 2)]
    assert requests_of() == 1


def test_endpoints_beyond_the_bound_are_counted(
    own: Recorder, drops: list[tuple[Any, ...]]
) -> None:
    for number in range(5):
        own.record(request(endpoint=f"/{number}"))

    own_requests.flush()

    assert drops == [(own_requests.DROPS, {"reason": "too_many_endpoints"}, 2)]
    assert requests_of() == 3
