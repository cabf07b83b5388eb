"""Retention waits for the readers of an old day, and nobody waits for retention."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from monitoring.models import Chunk, IngestRequest
from monitoring.storage import partitions, retention
from monitoring.storage.maintenance import MaintenanceReport, maintain
from monitoring.storage.partitioned_tables import CHUNK, ROLLUP_1H, ROLLUP_5M, SEGMENT
from monitoring.storage.partitions import ensure, ensure_day
from tests.monitoring.factories import NOON, IngestRequestFactory, gauge
from tests.monitoring.ingest.pushing import curve, push
from tests.monitoring.storage.partition_rows import execute, seal_chunk
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
    assert partitions.attached(SEGMENT)[OLD] is True  # cut off halfway, and known to be

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


@pytest.mark.parametrize(
    ("table", "at", "name"),
    [
        ("chunk", datetime(2024, 1, 1, tzinfo=UTC), "chunk_20240101"),
        ("rollup_5m", datetime(2024, 1, 1, tzinfo=UTC), "rollup_5m_202401"),
        ("rollup_1h", datetime(2023, 1, 1, tzinfo=UTC), "rollup_1h_202301"),
    ],
)
def test_sealed_samples_and_roll_ups_go_with_their_retention(
    table: str, at: datetime, name: str
) -> None:
    ensure(table, at)

    assert name in maintain(NOON).dropped
    assert name not in maintain(NOON).dropped


def test_an_old_partition_is_not_spared_because_it_holds_samples() -> None:
    kept, old = NOON - timedelta(days=30), NOON - timedelta(days=32)
    for at in (kept, old):
        seal_chunk(1, {at: 1.0})

    assert "chunk_20241211" in maintain(NOON).dropped

    assert [chunk.t0 for chunk in Chunk.objects.all()] == [kept]


def test_each_roll_up_has_a_retention_of_its_own() -> None:
    at = datetime(2024, 6, 1, tzinfo=UTC)
    ensure("rollup_5m", at)
    ensure("rollup_1h", at)

    assert "rollup_5m_202406" in maintain(NOON).dropped
    assert "rollup_1h_202406" in partitions.attached(ROLLUP_1H)
    retention.drop_before(ROLLUP_1H, NOON.date())


def test_a_chunk_day_that_a_cut_off_run_left_behind_is_dropped() -> None:
    execute("CREATE TABLE chunk_20240101 (LIKE chunk)")
    execute("CREATE TABLE chunk_20250101 (LIKE chunk)")
    try:
        assert "chunk_20240101" in maintain(NOON).dropped
        assert retention.detached(CHUNK) == ["chunk_20250101"]
    finally:
        execute("DROP TABLE IF EXISTS chunk_20240101, chunk_20250101")


def test_a_table_that_only_looks_like_a_partition_is_left_alone() -> None:
    """The names of months and days of other tables, and copies that somebody made."""
    strangers = ["chunk_2024", "chunk_20240101_copy", "old_chunk_20240101", "rollup_5m_20240101"]
    for name in strangers:
        execute(f"CREATE TABLE {name} (LIKE chunk)")
    try:
        found = [
            name for table in (CHUNK, ROLLUP_5M, ROLLUP_1H) for name in retention.detached(table)
        ]
        assert found == []
    finally:
        execute(f"DROP TABLE {', '.join(strangers)}")


def test_request_keys_are_forgotten_after_two_days() -> None:
    for hours in (47, 48, 49):
        row = IngestRequestFactory.create(key=f"{hours}")
        IngestRequest.objects.filter(pk=row.pk).update(created_at=NOON - timedelta(hours=hours))

    assert maintain(NOON).forgotten_requests == 1
    assert set(IngestRequest.objects.values_list("key", flat=True)) == {"47", "48"}


@pytest.mark.parametrize("keys", [1, 2, 3, 5])
def test_request_keys_are_forgotten_some_at_a_time_and_none_stays(
    keys: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "REQUESTS_AT_ONCE", 2)
    for _ in range(keys):
        IngestRequestFactory.create()
    IngestRequest.objects.update(created_at=NOON - timedelta(days=3))

    assert retention.forget_requests(NOON) == keys
    assert not IngestRequest.objects.exists()
