"""Retention waits for the readers of an old day, and nobody waits for retention."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from monitoring.storage import days
from monitoring.storage.partitions import MaintenanceReport, ensure_day, maintain
from tests.monitoring.factories import NOON, gauge
from tests.monitoring.ingest.pushing import curve, push
from tests.monitoring.storage.second_connection import second_connection

pytestmark = pytest.mark.django_db(transaction=True)

OLD_DAY = datetime(2024, 1, 1, tzinfo=UTC)
OLD = "segment_20240101"
OTHER_OLD = "segment_20240102"
DEADLINE_SECONDS = 20.0

_WAITING = """
SELECT query_start FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%DETACH PARTITION%'
"""


@pytest.fixture(autouse=True)
def _old_days() -> Iterator[None]:
    maintain(NOON)
    for number in range(2):
        ensure_day(OLD_DAY + timedelta(days=number))
    yield
    maintain(NOON)


@pytest.fixture
def reader() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Hold the old day open, as a long report does."""
    with second_connection() as session:
        session.execute(f"BEGIN; SELECT count(*) FROM {OLD}")
        yield session


def waiting_since(session: psycopg.Connection[tuple[object, ...]]) -> object:
    """Return since when a detachment waits for a lock, None while none does."""
    row = session.execute(_WAITING).fetchone()
    return None if row is None else row[0]


def run_maintenance() -> MaintenanceReport:
    try:
        return maintain(NOON)
    finally:
        connection.close()


def test_writers_go_on_while_retention_waits_for_a_reader(
    reader: psycopg.Connection[tuple[object, ...]],
) -> None:
    pushed = during = 0
    with second_connection() as watcher, ThreadPoolExecutor(1) as pool:
        running = pool.submit(run_maintenance)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not running.done() and time.monotonic() < deadline:
            before = waiting_since(watcher)
            pushed += 1
            at = NOON + timedelta(milliseconds=pushed)
            push(gauge(pushed, at=at), at=at)
            during += before is not None and before == waiting_since(watcher)
        report = running.result()

    # A whole push fitted between two looks at one and the same wait: it was not behind it in the queue.
    assert during > 0
    assert len(curve("system_cpu_usage_percent")) == pushed
    assert report.postponed == (OLD,)


def test_what_a_reader_held_on_to_is_dropped_when_it_has_gone(
    reader: psycopg.Connection[tuple[object, ...]],
) -> None:
    assert maintain(NOON).postponed == (OLD,)
    assert days.attached()[OLD] is True  # cut off halfway, and known to be

    reader.execute("ROLLBACK")

    assert maintain(NOON) == MaintenanceReport(dropped=(OLD, OTHER_OLD))


def test_a_reader_of_a_detached_day_postpones_only_that_day() -> None:
    with second_connection() as reader:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE segment DETACH PARTITION {OLD}")
        reader.execute(f"BEGIN; SELECT count(*) FROM {OLD}")

        assert maintain(NOON) == MaintenanceReport(dropped=(OTHER_OLD,), postponed=(OLD,))

    assert maintain(NOON) == MaintenanceReport(dropped=(OLD,))


def test_readers_of_younger_days_do_not_delay_retention() -> None:
    push(gauge(1))
    with second_connection() as session:
        session.execute("BEGIN; SELECT count(*) FROM segment_20250112")

        assert maintain(NOON).dropped == (OLD, OTHER_OLD)
