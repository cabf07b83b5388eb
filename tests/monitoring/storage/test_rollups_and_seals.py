"""Roll-ups and seals at the same time: no sample that is sealed while a day is rolled up is left out.

A seal writes its chunks, marks the day, and commits.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction

from monitoring.models import RollupDue
from monitoring.storage import chunks, partitions, rollups
from monitoring.storage.instants import to_ms
from monitoring.storage.order import StoredSamples
from monitoring.storage.rollups import RollupReport
from monitoring.storage.sealing_marks import mark_rollups_due
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
    found,
    minutes,
    run,
    set_clock,
    table_of,
)
from tests.monitoring.storage.second_connection import second_connection

DEADLINE_SECONDS = 20.0

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_partitions() -> Iterator[None]:
    drop_all_partitions()
    yield
    drop_all_partitions()


def samples(series_id: int, at: datetime, value: float) -> StoredSamples:
    return StoredSamples(np.array([series_id], np.int32), np.array([to_ms(at)]), np.array([value]))


def test_a_seal_that_has_marked_a_day_keeps_it_from_being_rolled_up_without_its_samples() -> None:
    seal_chunk(1, minutes(1))
    mark_due(1, DAY)
    marked, rolled_up = threading.Event(), threading.Event()

    def seal() -> None:
        try:
            with transaction.atomic():
                seal_chunk(1, minutes(2, start=MIDNIGHT + HOUR))
                mark_rollups_due(samples(1, MIDNIGHT + HOUR, 2.0))
                marked.set()
                assert rolled_up.wait(DEADLINE_SECONDS)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        sealing = pool.submit(seal)
        try:
            assert marked.wait(DEADLINE_SECONDS)
            assert run() == RollupReport(made=0, left=1, forgotten=0)
        finally:
            rolled_up.set()
        sealing.result()

    assert len(found().series) == 0  # due still, so it is read from the chunks
    assert run().made == 1
    assert [row[-1] for row in table_of(found(HOUR))] == [1.0, 2.0]


def test_a_seal_that_comes_while_a_day_is_rolled_up_marks_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seal_chunk(1, minutes(1))
    mark_due(1, DAY)
    look = chunks.read
    sealing: list[Future[None]] = []

    def seal() -> None:
        try:
            with transaction.atomic():
                seal_chunk(1, minutes(2, start=MIDNIGHT + HOUR))
                mark_rollups_due(samples(1, MIDNIGHT + HOUR, 2.0))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:

        def read_while_a_seal_begins(*args: Any, **options: Any) -> StoredSamples:
            seen = look(*args, **options)
            monkeypatch.setattr(chunks, "read", look)
            sealing.append(pool.submit(seal))
            wait_for_a_blocked_mark()
            return seen

        monkeypatch.setattr(chunks, "read", read_while_a_seal_begins)
        set_clock(monkeypatch, 0.0, 0.0, 60.0)  # one batch: the next one would take the new mark
        assert run().made == 1
        sealing[0].result(DEADLINE_SECONDS)

    assert due() == {(1, DAY)}
    assert len(found().series) == 0
    monkeypatch.setattr(rollups, "time", time)
    run()
    assert [row[-1] for row in table_of(found(HOUR))] == [1.0, 2.0]


_BLOCKED = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INTO rollup_due%'
"""


def wait_for_a_blocked_mark() -> None:
    """Return once a seal waits for the mark that the roll-up has taken."""
    started = time.monotonic()
    with second_connection() as watcher:
        while time.monotonic() < started + DEADLINE_SECONDS:
            row = watcher.execute(_BLOCKED).fetchone()
            if row is not None and row[0]:
                return
    raise AssertionError("no seal came to wait")


def test_two_runs_at_once_share_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "SERIES_AT_ONCE", 3)
    for series_id in range(1, 31):
        seal_chunk(series_id, minutes(series_id))
        mark_due(series_id, DAY)
    partitions.ensure("rollup_5m", MIDNIGHT)
    partitions.ensure("rollup_1h", MIDNIGHT)

    def work(_: int) -> int:
        try:
            return run().made
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        made: Sequence[int] = list(pool.map(work, range(3)))

    assert sum(made) == 30
    assert not RollupDue.objects.exists()
    ids = range(1, 31)
    assert found(FIVE, *ids).buckets.last.tolist() == [float(number) for number in ids]
