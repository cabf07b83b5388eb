"""Compaction and retention: nothing is lost, nothing counts twice, whatever happens beside them."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection, connections

from health.models import HealthCursor, PerformanceMetric, PerformanceRollup
from health.models.performance import RollupSource
from health.selectors_performance import request_totals
from health.services import performance_rollup
from health.services.performance import record_requests
from health.services.performance_rollup import compact
from tests.health.performance.rows import NOON, request, requests_of, roll_up

DAY = timedelta(days=1)
FIVE = timedelta(minutes=5)
HOUR = timedelta(hours=1)
LATER = NOON + timedelta(minutes=20)


def widths() -> dict[int, int]:
    found: dict[int, int] = {}
    for width in PerformanceRollup.objects.values_list("width_seconds", flat=True):
        found[width] = found.get(width, 0) + 1
    return found


@pytest.mark.django_db
def test_parts_of_one_minute_become_one() -> None:
    for milliseconds in (100, 600, 3_000):
        roll_up([request(milliseconds), request(milliseconds, 500)])

    compact(at=LATER)

    (row,) = PerformanceRollup.objects.all()
    assert (row.requests, row.server_errors, row.satisfied, row.tolerating) == (6, 3, 1, 1)
    assert (row.total_ms, row.slowest_ms, row.width_seconds) == (7_400, 3_000, 60)
    assert row.starts_at == NOON
    totals = request_totals(["payment-service"], NOON, NOON + HOUR, HOUR)
    assert totals["payment-service", NOON].latency.count == 6


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(minutes=19, seconds=59), {60: 8}),  # the ten minutes are not old enough yet
        (timedelta(minutes=20), {60: 4}),
        (timedelta(hours=25, minutes=59), {60: 4}),
        (timedelta(hours=26), {300: 3}),
        (30 * DAY + timedelta(hours=5, minutes=59), {300: 3}),
        (30 * DAY + timedelta(hours=6), {3_600: 1}),
    ],
)
def test_parts_grow_wider_as_they_grow_older(age: timedelta, expected: dict[int, int]) -> None:
    for _ in range(2):
        roll_up([request(at=NOON + timedelta(minutes=minute)) for minute in (0, 1, 5, 9)])
    if age >= timedelta(hours=26):
        roll_up([request(at=NOON + timedelta(minutes=11))])

    compact(at=NOON + age)

    assert widths() == expected
    assert requests_of() == (9 if age >= timedelta(hours=26) else 8)


@pytest.mark.django_db
def test_what_is_told_does_not_change_by_compaction() -> None:
    for second in range(0, 7_200, 37):
        roll_up([request(second, 500 if second % 5 else 200, at=NOON + timedelta(seconds=second))])
    before = request_totals(["payment-service"], NOON, NOON + 2 * HOUR, HOUR)

    for age in (HOUR, 2 * DAY, 31 * DAY):
        compact(at=NOON + age)
        after = request_totals(["payment-service"], NOON, NOON + 2 * HOUR, HOUR)
        assert {key: (each.requests, each.failed) for key, each in after.items()} == {
            key: (each.requests, each.failed) for key, each in before.items()
        }
        for key, each in after.items():
            assert each.latency.to_json() == before[key].latency.to_json()
    assert widths() == {3_600: 2}


@pytest.mark.django_db
def test_a_part_that_comes_late_is_told_and_put_together_by_the_next_level() -> None:
    roll_up([request()])
    compact(at=LATER)
    roll_up([request()])
    compact(at=LATER)
    assert (requests_of(), widths()) == (2, {60: 2})

    compact(at=NOON + 2 * DAY)

    assert (requests_of(), widths()) == (2, {300: 1})


@pytest.mark.django_db
def test_harvested_parts_stay_apart_from_measured_ones() -> None:
    roll_up([request()], width=FIVE)
    roll_up([request()] * 3, width=FIVE, source=RollupSource.HISTOGRAM)
    roll_up([request(at=NOON + FIVE)] * 3, width=FIVE, source=RollupSource.HISTOGRAM)

    compact(at=NOON + 31 * DAY)

    assert widths() == {3_600: 2}
    assert requests_of(source="requests") == 1
    assert requests_of(source="histogram") == 6


@pytest.mark.django_db
def test_compaction_goes_on_where_it_stopped_and_skips_what_is_empty() -> None:
    for day in (0, 3):
        for _ in range(2):
            roll_up([request(at=NOON + day * DAY)])

    done = [compact(at=NOON + 5 * DAY, most_spans=1) for _ in range(3)]

    assert (done, widths()) == ([2, 2, 0], {300: 2})


@pytest.mark.django_db
def test_a_compaction_that_is_killed_has_done_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        roll_up([request()])

    def die(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killing:
        killing.setattr(performance_rollup, "put", die)
        with pytest.raises(KeyboardInterrupt):
            compact(at=LATER)
    assert (requests_of(), widths()) == (3, {60: 3})

    compact(at=LATER)

    assert (requests_of(), widths()) == (3, {60: 1})


class Beside:
    """Work that goes on in threads of its own, each with its own connection, until it is stopped."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []

    def start(self, work: Any, *, times: int | None = None) -> None:
        def run() -> None:
            done = 0
            try:
                while not self._ending.is_set() and done != times:
                    work()
                    done += 1
            except BaseException as error:  # noqa: BLE001 - the test asks for it
                self.errors.append(error)
            finally:
                connections.close_all()

        self._threads.append(threading.Thread(target=run))
        self._threads[-1].start()

    def finish(self, number: int) -> None:
        """Wait for the first threads, then end the others."""
        for thread in self._threads[:number]:
            thread.join(60)
        self._ending.set()
        for thread in self._threads:
            thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_writers_readers_and_two_compactions_at_once_lose_nothing() -> None:
    beside, seen = Beside(), []

    def write() -> None:
        record_requests([request(at=NOON + timedelta(seconds=n)) for n in range(0, 3_000, 300)])

    def read() -> None:
        found = request_totals(["payment-service"], NOON, NOON + HOUR, HOUR)
        seen.append(sum(total.requests for total in found.values()))

    def compact_again() -> None:
        # From the beginning each time: what was compacted is met, and written beside, once more.
        HealthCursor.objects.update(at=NOON - DAY)
        compact(at=NOON + 2 * DAY)

    for _ in range(3):
        beside.start(write, times=20)
    beside.start(read)
    for _ in range(2):
        beside.start(compact_again)
    beside.finish(3)

    assert beside.errors == []
    assert seen == sorted(seen)  # a reader never meets a request twice, and never misses one
    assert all(number % 10 == 0 for number in seen)
    close_old_connections()
    compact_again()
    assert (requests_of(), PerformanceMetric.objects.count()) == (600, 600)
    assert widths() == {300: 10}


@pytest.mark.django_db(transaction=True)
def test_a_compaction_whose_backend_dies_leaves_the_sums_unchanged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(3):
        roll_up([request()])
    put = performance_rollup.put

    def put_and_die(*args: Any, **kwargs: Any) -> None:
        put(*args, **kwargs)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as killing:
        killing.setattr(performance_rollup, "put", put_and_die)
        with pytest.raises(Exception, match="terminat"):
            compact(at=LATER)
    connection.close()

    assert (requests_of(), widths()) == (3, {60: 3})
    assert compact(at=LATER) == 1
    assert (requests_of(), widths()) == (3, {60: 1})
