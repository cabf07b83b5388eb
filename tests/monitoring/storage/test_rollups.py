"""Roll-ups are made from chunks, in whole days, when a day is over."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from monitoring.models import FiveMinuteRollup, HourlyRollup
from monitoring.storage import partitions, rollups
from monitoring.storage.partitioned_tables import CHUNK, ROLLUP_1H, ROLLUP_5M
from monitoring.storage.rollups import RollupReport
from tests.monitoring.storage.partition_rows import (
    drop_all_partitions,
    due,
    mark_due,
    seal_chunk,
)
from tests.monitoring.storage.rolling_up import (
    DAY,
    FIVE,
    HOUR,
    MIDNIGHT,
    MORNING,
    found,
    minutes,
    run,
    set_clock,
    table_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_partitions() -> Iterator[None]:
    drop_all_partitions()
    yield
    drop_all_partitions()


def test_a_day_that_is_over_is_rolled_up_in_both_widths() -> None:
    seal_chunk(1, minutes(4, 1, 3, 2, 5, 9) | {MIDNIGHT + HOUR: 7.0})
    mark_due(1, DAY)

    assert run() == RollupReport(made=1, left=0, forgotten=0)

    assert table_of(found(FIVE)) == [
        (0, 5, 15.0, 1.0, 5.0, 5.0),
        (5, 1, 9.0, 9.0, 9.0, 9.0),
        (60, 1, 7.0, 7.0, 7.0, 7.0),
    ]
    assert table_of(found(HOUR)) == [
        (0, 6, 24.0, 1.0, 9.0, 9.0),
        (60, 1, 7.0, 7.0, 7.0, 7.0),
    ]
    assert due() == set()


def test_the_samples_of_a_day_are_those_from_midnight_to_midnight() -> None:
    last = MIDNIGHT + timedelta(days=1) - timedelta(milliseconds=1)
    seal_chunk(1, {MIDNIGHT - timedelta(milliseconds=1): 1.0})
    seal_chunk(1, {MIDNIGHT: 2.0, last: 3.0})
    seal_chunk(1, {MIDNIGHT + timedelta(days=1): 4.0})
    mark_due(1, DAY)

    run()

    assert [(row[0], row[-1]) for row in table_of(found(HOUR))] == [(0, 2.0), (23 * 60, 3.0)]


@pytest.mark.parametrize(
    ("at", "made"),
    [(MORNING - timedelta(microseconds=1), 0), (MORNING, 1), (MORNING + timedelta(days=3), 1)],
)
def test_a_day_is_left_alone_until_most_of_it_is_sealed(at: datetime, made: int) -> None:
    seal_chunk(1, minutes(1))
    mark_due(1, DAY)

    report = run(at)

    assert (report.made, report.left) == (made, 0)
    assert len(due()) == 1 - made


def test_a_day_that_is_due_again_is_not_read_and_is_made_anew() -> None:
    seal_chunk(1, minutes(1))
    mark_due(1, DAY)
    run()
    seal_chunk(1, minutes(2, start=MIDNIGHT + HOUR))
    mark_due(1, DAY)

    assert len(found().series) == 0

    run()
    assert [row[-1] for row in table_of(found(HOUR))] == [1.0, 2.0]


def test_a_day_without_samples_has_no_roll_up() -> None:
    seal_chunk(1, minutes(1))
    mark_due(1, DAY)
    run()
    partitions_of_chunks_go()
    mark_due(1, DAY)

    assert run().made == 1

    assert not FiveMinuteRollup.objects.exists()
    assert not HourlyRollup.objects.exists()


def partitions_of_chunks_go() -> None:
    with connection.cursor() as cursor:
        for name in partitions.attached(CHUNK):
            cursor.execute(f"DROP TABLE {name}")
    partitions.create(CHUNK, DAY)


def test_the_oldest_day_comes_first_and_the_budget_ends_a_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    set_clock(monkeypatch, 0.0, 0.0, 5.0, 10.0)
    monkeypatch.setattr(rollups, "SERIES_AT_ONCE", 1)
    for number in (2, 0, 1):
        seal_chunk(1, minutes(1, start=MIDNIGHT + timedelta(days=number)))
        mark_due(1, DAY + timedelta(days=number))

    with caplog.at_level(logging.INFO, rollups.__name__):
        report = run(MORNING + timedelta(days=2), budget=timedelta(seconds=10))

    assert report == RollupReport(made=2, left=1, forgotten=0)
    assert due() == {(1, DAY + timedelta(days=2))}
    said = [vars(record) for record in caplog.records if record.name == rollups.__name__]
    assert [(event["made"], event["left"]) for event in said] == [(2, 1)]


@pytest.mark.parametrize("limit", [1, 3, 5, 100])
def test_a_day_too_large_for_memory_is_made_in_parts(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "SAMPLES_AT_ONCE", limit)
    for series_id in range(1, 6):
        seal_chunk(series_id, minutes(*range(3)))
        mark_due(series_id, DAY)

    assert run().made == 5

    assert found(HOUR, *range(1, 6)).buckets.sum.tolist() == [3.0] * 5


def test_all_series_of_a_day_are_made_however_many_go_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rollups, "SERIES_AT_ONCE", 2)
    for series_id in range(1, 6):
        seal_chunk(series_id, minutes(1))
        mark_due(series_id, DAY)

    assert run() == RollupReport(made=5, left=0, forgotten=0)


def test_a_roll_up_beyond_its_retention_is_not_made(settings: Settings) -> None:
    settings.ROLLUP_5M_RETENTION = timedelta(days=1)
    late = MIDNIGHT + timedelta(days=24)
    seal_chunk(1, minutes(1))
    mark_due(1, DAY)

    assert run(late).made == 1

    assert list(partitions.attached(ROLLUP_5M)) == []
    assert list(partitions.attached(ROLLUP_1H)) == ["rollup_1h_202501"]
    assert HourlyRollup.objects.count() == 1


def test_a_day_whose_samples_go_keeps_the_roll_up_it_has(settings: Settings) -> None:
    settings.METRICS_RETENTION = timedelta(days=2)
    seal_chunk(1, minutes(1))
    mark_due(1, DAY)
    run()
    partitions_of_chunks_go()
    mark_due(1, DAY)

    assert run(MIDNIGHT + timedelta(days=3)) == RollupReport(made=0, left=0, forgotten=1)
    assert len(found().series) == 1


def test_a_day_is_not_forgotten_while_all_of_its_samples_are_kept(settings: Settings) -> None:
    settings.METRICS_RETENTION = timedelta(days=2)
    seal_chunk(1, minutes(1))
    mark_due(1, DAY)

    report = run(MIDNIGHT + timedelta(days=3) - timedelta(microseconds=1))

    assert (report.made, report.forgotten) == (1, 0)
