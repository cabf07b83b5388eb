"""Many writers at once: totals are exact, nobody waits in a circle, a request is stored once."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from monitoring.errors import ConflictError
from monitoring.ingest.door import RequestKey
from monitoring.ingest.series_cache import CACHE
from monitoring.models import IngestRequest, Latest, Metric, Segment
from monitoring.query.latest import latest_values
from monitoring.query.range import read_range
from monitoring.types import IngestReport, Sample
from tests.monitoring.factories import NOON, counter, gauge, observation
from tests.monitoring.ingest.pushing import only, push

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 16
PUSHES = 200


def together(work: Callable[[int], object], threads: int = THREADS) -> list[object]:
    """Run `work` in so many threads that start at one moment; return what each returned."""
    start = Barrier(threads)

    def run(number: int) -> object:
        try:
            start.wait()
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def test_increments_of_the_same_and_of_different_counters_are_exact() -> None:
    def work(number: int) -> None:
        order = random.Random(number)
        for step in range(PUSHES):
            at = NOON + timedelta(milliseconds=step)
            batch = [
                counter(1, at=at, kind="shared"),
                counter(2, at=at, kind="shared too"),
                counter(3, at=at, kind=f"own {number}"),
            ]
            push(*order.sample(batch, 3), at=at)

    together(work)

    totals = {value.series.labels["kind"]: value.value for value in latest_values()}
    assert totals.pop("shared") == THREADS * PUSHES
    assert totals.pop("shared too") == 2 * THREADS * PUSHES
    assert totals == {f"own {number}": 3 * PUSHES for number in range(THREADS)}
    assert 0 < Segment.objects.count() <= THREADS * PUSHES  # small pushes share one


def test_a_curve_written_by_many_never_falls() -> None:
    def work(number: int) -> None:
        order = random.Random(number)
        for _ in range(50):
            late = timedelta(milliseconds=order.randrange(60_000))
            push(counter(1, at=NOON - late))

    together(work, threads=8)

    (curve,) = read_range(start=NOON - timedelta(hours=1), end=NOON)
    assert curve.values.tolist() == sorted(curve.values.tolist())
    assert curve.values[-1] == only().value == 400


def test_writers_of_the_same_new_series_create_it_once() -> None:
    CACHE.clear()

    def work(number: int) -> IngestReport:
        return push(observation(number), *(gauge(number, n=str(n)) for n in range(40)))

    reports = together(work)

    assert reports == [IngestReport(41)] * THREADS
    assert Latest.objects.count() == 12 + 40
    count = latest_values(metrics=["http_request_duration_ms_count"])
    assert count[0].value == THREADS


def test_of_writers_that_give_a_new_name_two_types_one_is_right() -> None:
    def sample(number: int) -> Sample:
        return (gauge if number % 2 else counter)(1, metric="mine", writer=str(number))

    reports = together(lambda number: push(sample(number)))

    stored = [number for number, report in enumerate(reports) if report == IngestReport(1)]
    assert len(stored) == THREADS // 2
    assert {sample(number).type for number in stored} == {Metric.objects.get().type}
    assert Latest.objects.count() == len(stored)


def test_the_same_request_at_one_moment_is_stored_once() -> None:
    key = RequestKey("payment-service", "key-1", "a" * 64)

    reports = together(lambda _: push(counter(5), request=key))

    assert sorted(reports, key=repr) == [
        IngestReport(1),
        *[IngestReport(1, replayed=True)] * (THREADS - 1),
    ]
    assert only().value == 5
    assert Segment.objects.count() == IngestRequest.objects.count() == 1


def test_one_key_for_two_bodies_at_one_moment_stores_one_of_them() -> None:
    def work(number: int) -> bool:
        body = "ab"[number % 2] * 64
        try:
            push(counter(5), request=RequestKey("payment-service", "key-1", body))
        except ConflictError:
            return False
        return True

    outcomes = together(work)

    assert sum(bool(outcome) for outcome in outcomes) == THREADS // 2
    assert only().value == 5


def test_a_missing_day_is_created_once_for_all_who_miss_it() -> None:
    far = NOON + timedelta(days=4_000 + random.randrange(1_000))

    together(lambda number: push(gauge(number, at=far, n=str(number)), at=far))

    assert len(latest_values()) == THREADS
    assert 0 < Segment.objects.count() <= THREADS
