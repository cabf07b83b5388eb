"""Sealing keeps every sample, once; it runs alone, waits until it is worth it, and goes on where it was."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from monitoring.storage import merging, sealing
from monitoring.storage.locks import SEALING
from tests.monitoring.factories import NOON
from tests.monitoring.storage.sealing_samples import (
    LATER,
    Rows,
    add_series,
    chunk_sizes,
    everything,
    fetch,
    seal,
    sealed,
    unsealed,
    write,
)
from tests.monitoring.storage.second_connection import second_connection

pytestmark = pytest.mark.django_db(transaction=True)

FULL = merging.MAX_SAMPLES
HOUR_MS = 3_600_000
MS = timedelta(milliseconds=1)
_ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),
        # Close together, so that instants collide; over a midnight and a day back.
        st.one_of(st.integers(-20, 20), st.integers(-24, 13).map(lambda hour: hour * HOUR_MS)),
        st.floats(-9, 9),
    ),
    min_size=1,
    max_size=30,
)
# None is a seal.
_STEPS = st.lists(st.one_of(_ROWS, st.none()), min_size=1, max_size=8)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS, most=st.sampled_from([3, 7, FULL]), at_once=st.sampled_from([5, 500_000]))
def test_a_reader_finds_the_same_before_and_after_each_seal(
    steps: list[Rows | None], most: int, at_once: int
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE segment, chunk, rollup_due, latest, series")
    add_series(1, 2, 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "MAX_SAMPLES", most)
        patch.setattr(sealing, "_SAMPLES_AT_ONCE", at_once)
        naive: dict[tuple[int, int], float] = {}
        for step in [*steps, None]:
            if step is None:
                seal()
                assert unsealed() == {}
            else:
                write(step)
                naive |= {(series, at_ms): value for series, at_ms, value in step}
            assert everything() == naive
    assert max(chunk_sizes(), default=0) <= most


def test_a_second_run_finds_nothing() -> None:
    add_series(1)
    write([(1, 0, 1.0)])

    first, second = seal(), seal()

    assert (first.segments, first.samples, first.chunks) == (1, 1, 1)
    assert second == sealing.SealReport()


def test_the_open_chunk_is_filled_before_the_next_one_begins() -> None:
    add_series(1)
    for first, after in ((0, FULL - 1), (FULL - 1, FULL), (FULL, FULL + 2)):
        write([(1, at_ms, 1.0) for at_ms in range(first, after)])
        report = seal()
        assert report.late == 0

    assert chunk_sizes() == [FULL, 2]


def test_chunks_end_with_their_day() -> None:
    add_series(1)
    write([(1, 12 * HOUR_MS - 1, 1.0), (1, 12 * HOUR_MS, 2.0)])

    seal(at=NOON + timedelta(days=1))

    assert chunk_sizes() == [1, 1]


def test_late_and_double_samples_are_counted() -> None:
    add_series(1)
    write([(1, 2 * at_ms, 0.0) for at_ms in range(FULL)])
    seal()
    write([(1, 3, 1.0), (1, 4, 1.0)])
    write([(1, 3, 2.0)])

    report = seal()

    assert (report.samples, report.duplicates, report.late) == (2, 1, 2)
    assert chunk_sizes() == [FULL, 1]
    assert (sealed()[1, 3], sealed()[1, 4]) == (2.0, 1.0)


@pytest.mark.parametrize(
    ("age", "is_sealed"), [(timedelta(seconds=30), False), (timedelta(seconds=30) + MS, True)]
)
def test_what_was_just_received_is_left_alone(age: timedelta, is_sealed: bool) -> None:  # noqa: FBT001 - a column of the table
    add_series(1)
    write([(1, 0, 1.0)])

    assert seal(at=NOON + age).segments == is_sealed


@pytest.mark.parametrize(
    ("samples", "age", "is_worth_it"),
    [
        (9, timedelta(minutes=15), False),
        (9, timedelta(minutes=15) + MS, True),
        (10, timedelta(minutes=1), True),
    ],
)
def test_it_waits_until_enough_or_old_enough(
    samples: int,
    age: timedelta,
    is_worth_it: bool,  # noqa: FBT001 - a column of the table
    settings: Settings,
) -> None:
    settings.SEAL_SAMPLES = 10
    add_series(1)
    write([(1, at_ms, 1.0) for at_ms in range(samples)])

    assert (sealing.seal(at=NOON + age).segments == 1) is is_worth_it


def test_one_seal_takes_the_oldest_and_the_next_one_goes_on(settings: Settings) -> None:
    settings.SEAL_SAMPLES = 1
    settings.SEAL_MAX_SAMPLES = 60
    add_series(1)
    for number in range(3):
        write([(1, number, float(number)), (1, number + 10, 0.0)])

    first = sealing.seal(at=LATER)
    assert (first.segments, first.has_more) == (2, True)
    assert sorted(at_ms for _, at_ms in unsealed()) == [2, 12]

    assert [report.segments for report in sealing.seal_waiting(at=LATER, budget=timedelta(1))] == [
        1
    ]
    assert len(sealed()) == 6


def test_it_goes_on_until_nothing_is_left_or_the_time_is_used(settings: Settings) -> None:
    settings.SEAL_MAX_SAMPLES = settings.SEAL_SAMPLES = 1
    add_series(1)
    for number in range(4):
        write([(1, number, 1.0)])

    hurried = list(sealing.seal_waiting(at=LATER, budget=timedelta(0)))
    patient = list(sealing.seal_waiting(at=LATER, budget=timedelta(hours=1)))

    assert [report.has_more for report in hurried] == [True]
    assert [report.has_more for report in patient] == [True, True, False]
    assert unsealed() == {}


def test_only_one_seal_runs_at_a_time() -> None:
    add_series(1)
    write([(1, 0, 1.0)])
    with second_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [SEALING])
        assert seal() == sealing.SealReport(is_busy=True)
        other.execute("SELECT pg_advisory_unlock(%s)", [SEALING])

    assert seal().segments == 1


def test_a_seal_within_a_transaction_is_refused() -> None:
    add_series(1)
    write([(1, 0, 1.0)])

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        seal()


def test_samples_of_unknown_series_are_dropped_and_counted() -> None:
    add_series(2)
    write([(1, 0, 1.0), (1, 1, 1.0), (2, 0, 2.0), (3, 0, 3.0)])

    report = seal()

    assert (report.samples, report.unknown) == (1, 3)
    assert sealed() == {(2, 0): 2.0}
    assert unsealed() == {}


def test_segments_of_unknown_series_alone_are_dropped_too() -> None:
    write([(1, 0, 1.0)])

    report = seal()

    assert (report.segments, report.samples, report.unknown, report.chunks) == (1, 0, 1, 0)
    assert everything() == {}


def test_missing_days_of_chunks_are_created() -> None:
    add_series(1)
    write([(1, -24 * HOUR_MS, 1.0), (1, 0, 2.0), (1, 13 * HOUR_MS, 3.0)])
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS chunk_20250111, chunk_20250112, chunk_20250113")

    seal()

    assert sealed() == {(1, -24 * HOUR_MS): 1.0, (1, 0): 2.0, (1, 13 * HOUR_MS): 3.0}


def test_what_was_sealed_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    add_series(1)
    write([(1, 0, 1.0)])

    with caplog.at_level("INFO", "monitoring.storage.sealing"):
        seal()

    (record,) = caplog.records
    fields: dict[str, Any] = record.__dict__
    assert (fields["samples"], fields["chunks"], fields["segments"]) == (1, 1, 1)
    assert fields["seconds"] > 0
    assert fetch("SELECT count(*) FROM segment") == [(0,)]
