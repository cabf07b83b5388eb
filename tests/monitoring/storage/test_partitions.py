"""Partitions exist before they are needed; making one disturbs nobody."""

import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from monitoring.storage import locks, partitions
from monitoring.storage.maintenance import MaintenanceReport, maintain
from monitoring.storage.partitioned_tables import ROLLUP_5M, TABLES, PartitionedTable
from monitoring.storage.partitions import ensure, ensure_day
from tests.monitoring.factories import NOON, SegmentFactory
from tests.monitoring.storage.partition_rows import attached_names, drop_all_partitions, execute
from tests.monitoring.storage.second_connection import second_connection

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = [f"segment_202501{day}" for day in range(12, 20)]
CHUNK_DAYS = [f"chunk_202501{day}" for day in range(10, 20)]
MONTHS = ["202412", "202501", "202502", "202503"]
ALL = [
    *WEEK,
    *CHUNK_DAYS,
    *(f"rollup_5m_{month}" for month in MONTHS),
    *(f"rollup_1h_{month}" for month in MONTHS),
]


@pytest.fixture(autouse=True)
def _no_partitions() -> Iterator[None]:
    """Begin, and leave the others, without partitions: whoever needs one makes it."""
    drop_all_partitions()
    yield
    drop_all_partitions()


def home_of(received_at: datetime) -> str:
    """Return the partition that a segment of that instant lies in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM segment WHERE received_at = %s", [received_at]
        )
        (name,) = cursor.fetchone()
    return str(name)


def test_a_new_database_has_what_the_first_maintenance_would_make() -> None:
    first = importlib.import_module("monitoring.migrations.0001_initial")
    sealing = importlib.import_module("monitoring.migrations.0002_sealing")
    try:
        execute("CREATE SCHEMA fresh; SET search_path = fresh")
        for statement in (
            first.CREATE_SEGMENT,
            first.CREATE_FIRST_DAYS,
            sealing.CREATE_CHUNK,
            sealing.CREATE_ROLLUPS,
            sealing.CREATE_FIRST_PARTITIONS,
        ):
            execute(statement)
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            (now,) = cursor.fetchone()
        wanted = [table.partition(day) for table in TABLES.values() for day in table.wanted(now)]
        assert attached_names() == wanted
        assert not any(ensure(name, now) for name in TABLES)
    finally:
        execute("RESET search_path; DROP SCHEMA fresh CASCADE")


def test_the_partitions_that_come_are_made_once() -> None:
    assert maintain(NOON) == MaintenanceReport(created=tuple(ALL))
    assert maintain(NOON) == MaintenanceReport()
    assert attached_names() == ALL


def test_after_midnight_one_more_day_is_made() -> None:
    maintain(NOON)

    assert maintain(NOON + timedelta(hours=11, minutes=59)).created == ()
    assert maintain(NOON + timedelta(hours=12)).created == ("segment_20250120", "chunk_20250120")


def test_a_month_that_comes_is_made_at_the_turn_of_the_month() -> None:
    maintain(NOON)

    assert not [name for name in maintain(NOON + timedelta(days=19)).created if "rollup" in name]
    created = maintain(NOON + timedelta(days=20)).created
    assert [name for name in created if "rollup" in name] == [
        "rollup_5m_202504",
        "rollup_1h_202504",
    ]


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("segment", "segment_20250112"),
        ("chunk", "chunk_20250112"),
        ("rollup_5m", "rollup_5m_202501"),
        ("rollup_1h", "rollup_1h_202501"),
    ],
)
def test_a_missing_partition_is_made_for_an_instant(table: str, name: str) -> None:
    assert ensure(table, NOON)
    assert not ensure(table, NOON)

    assert attached_names() == [name]


def test_a_table_that_is_not_partitioned_is_a_fault() -> None:
    with pytest.raises(KeyError):
        ensure("series", NOON)


_INTO_MONTH = "INSERT INTO rollup_5m VALUES (1, %s, 1, '')"


@pytest.mark.parametrize("day", ["2025-01-01", "2025-01-31"])
def test_a_month_holds_its_first_and_its_last_day(day: str) -> None:
    partitions.create(ROLLUP_5M, date(2025, 1, 12))

    with second_connection() as session:
        assert session.execute(_INTO_MONTH, [day]).rowcount == 1


@pytest.mark.parametrize("day", ["2024-12-31", "2025-02-01"])
def test_a_month_does_not_hold_its_neighbours(day: str) -> None:
    partitions.create(ROLLUP_5M, date(2025, 1, 12))

    with second_connection() as session, pytest.raises(psycopg.errors.CheckViolation):
        session.execute(_INTO_MONTH, [day])


@pytest.mark.parametrize(
    ("received_at", "home"),
    [
        (datetime(2025, 1, 12, tzinfo=UTC), "segment_20250112"),
        (datetime(2025, 1, 12, 23, 59, 59, 999_999, tzinfo=UTC), "segment_20250112"),
        (datetime(2025, 1, 13, tzinfo=UTC), "segment_20250113"),
    ],
)
def test_a_segment_lies_in_the_day_of_its_receipt(received_at: datetime, home: str) -> None:
    for number in range(2):
        ensure_day(NOON + timedelta(days=number))

    SegmentFactory.create(received_at=received_at)

    assert home_of(received_at) == home


_SHAPE = """
SELECT array_agg((attname, atttypid, attnotnull, attstorage, atthasdef)::text ORDER BY attnum),
    (SELECT count(*) FROM pg_index WHERE indrelid = attrelid)
FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 GROUP BY attrelid
"""


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_partition_is_as_the_table_is(table: PartitionedTable) -> None:
    """The same columns, defaults, indexes and storage, whichever way a partition was made."""
    partitions.create(table, date(2025, 1, 12))
    low, high = table.bounds(date(2025, 2, 1))
    execute(f"CREATE TABLE plain PARTITION OF {table.name} FOR VALUES FROM ('{low}') TO ('{high}')")
    shapes = []
    with connection.cursor() as cursor:
        for name in (table.partition(date(2025, 1, 12)), "plain"):
            cursor.execute(_SHAPE, [name])
            shapes.append(cursor.fetchone())

    assert shapes[0] == shapes[1]


def test_a_day_that_was_detached_can_come_back() -> None:
    ensure_day(NOON)
    execute("ALTER TABLE segment DETACH PARTITION segment_20250112")

    assert ensure_day(NOON)
    SegmentFactory.create()


def test_the_second_of_two_runs_leaves_the_work_to_the_first() -> None:
    with second_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [locks.MAINTENANCE])
        assert maintain(NOON) == MaintenanceReport(is_busy=True)
        other.execute("SELECT pg_advisory_unlock(%s)", [locks.MAINTENANCE])

    assert maintain(NOON).created == tuple(ALL)


def test_of_many_who_miss_a_day_one_creates_it() -> None:
    def create(_: int) -> bool:
        try:
            return ensure_day(NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(create, range(12))) == 1


def test_readers_and_writers_do_not_notice_a_new_day() -> None:
    ensure_day(NOON)
    with second_connection() as reader, second_connection() as writer:
        reader.execute("BEGIN; SELECT count(*) FROM segment")
        writer.execute(
            "BEGIN; INSERT INTO segment (received_at, t_min, t_max, n, payload)"
            " VALUES ('2025-01-12', now(), now(), 1, '')"
        )

        assert ensure_day(NOON + timedelta(days=1))


def test_a_table_that_is_held_does_not_keep_the_others_from_their_care() -> None:
    with second_connection() as other:
        other.execute("BEGIN; LOCK TABLE segment IN SHARE UPDATE EXCLUSIVE MODE")
        report = maintain(NOON)

    assert report.missing == ("segment_20250112",)
    assert set(report.created) == set(ALL) - set(WEEK)
    assert maintain(NOON) == MaintenanceReport(created=tuple(WEEK))


def test_a_table_that_cannot_be_attached_to_is_not_waited_for_without_end() -> None:
    with second_connection() as other:
        other.execute("BEGIN; LOCK TABLE segment IN SHARE UPDATE EXCLUSIVE MODE")
        with pytest.raises(locks.HeldElsewhereError):
            ensure_day(NOON)

    assert ensure_day(NOON)


def test_the_waiting_time_for_locks_is_afterwards_what_it_was() -> None:
    def timeout() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    before = timeout()
    maintain(NOON)

    assert timeout() == before
