"""Partitions of every table come and go while others write and read: nothing fails, nothing is lost."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection

from monitoring.models import Segment
from monitoring.storage import locks, partitions, segments
from monitoring.storage.instants import to_ms
from monitoring.storage.maintenance import MaintenanceReport, maintain
from monitoring.storage.partitioned_tables import TABLES
from tests.monitoring.factories import NOON
from tests.monitoring.storage.partition_rows import attached_names, drop_all_partitions, seal_chunk
from tests.monitoring.storage.second_connection import second_connection

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 4
WRITES = 100  # of each writer, at least: they go on for as long as maintenance runs
OLD = datetime(2023, 1, 1, tzinfo=UTC)
OLD_NAMES = {"segment_20230101", "chunk_20230101", "rollup_5m_202301", "rollup_1h_202301"}


@pytest.fixture(autouse=True)
def _partitions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(locks, "_WAIT", "250ms")  # each table's reader is waited for three times
    drop_all_partitions()
    for table in TABLES:
        partitions.ensure(table, OLD)
        partitions.ensure(table, NOON)
    yield
    drop_all_partitions()


def write_until(done: threading.Event, writer: int) -> int:
    """Insert one segment after the other; return how many were committed."""
    committed = 0
    try:
        while committed < WRITES or not done.is_set():
            at = NOON + timedelta(milliseconds=committed)
            segments.write(
                np.array([writer], np.int32),
                np.array([to_ms(at)]),
                np.array([1.0]),
                received_at=at,
            )
            committed += 1
        return committed
    finally:
        connection.close()


def maintain_twice(reading: threading.Event) -> list[MaintenanceReport]:
    """Run maintenance beside a reader of all tables, and once more when it has gone."""
    try:
        with second_connection() as reader:
            reader.execute("BEGIN")
            for table in TABLES:
                reader.execute(f"SELECT count(*) FROM {table}")
            reading.set()
            first = maintain(NOON)
        return [first, maintain(NOON)]
    finally:
        connection.close()


def test_partitions_of_all_tables_are_made_and_dropped_beside_writers_and_a_long_reader() -> None:
    seal_chunk(1, {OLD: 1.0})
    reading, done = threading.Event(), threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        writers = [pool.submit(write_until, done, writer) for writer in range(1, WRITERS + 1)]
        try:
            reports = pool.submit(maintain_twice, reading).result()
        finally:
            done.set()
        committed = sum(writer.result() for writer in writers)

    assert Segment.objects.count() == committed >= WRITERS * WRITES
    assert not OLD_NAMES & set(attached_names())
    assert {name for report in reports for name in report.dropped} == OLD_NAMES
    wanted = {table.partition(day) for table in TABLES.values() for day in table.wanted(NOON)}
    assert wanted == set(attached_names())
    assert reports[0].missing == ()


def test_a_reader_that_never_ends_only_postpones() -> None:
    with second_connection() as reader:
        reader.execute("BEGIN")
        for table in TABLES:
            reader.execute(f"SELECT count(*) FROM {table}")
        started = time.monotonic()

        report = maintain(NOON)

        assert time.monotonic() - started < 60
        assert set(report.postponed) == OLD_NAMES
        assert report.missing == ()

    assert set(maintain(NOON).dropped) == OLD_NAMES
