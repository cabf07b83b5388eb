"""The days of segments exist before they are needed and go when they are too old."""

import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from monitoring.models import IngestRequest, Segment
from monitoring.storage import days, locks
from monitoring.storage.partitions import MaintenanceReport, ensure_day, maintain
from tests.monitoring.factories import NOON, IngestRequestFactory, SegmentFactory
from tests.monitoring.storage.second_connection import second_connection

pytestmark = pytest.mark.django_db(transaction=True)

WEEK = tuple(f"segment_202501{day}" for day in range(12, 20))


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(autouse=True)
def _no_days() -> Iterator[None]:
    """Begin, and leave the others, without partitions: whoever needs one makes it."""
    _drop_days()
    yield
    _drop_days()


def _drop_days() -> None:
    for name in days.attached():
        execute(f"DROP TABLE {name}")


def home_of(received_at: datetime) -> str:
    """Return the partition that a segment of that instant lies in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM segment WHERE received_at = %s", [received_at]
        )
        (name,) = cursor.fetchone()
    return str(name)


def test_a_new_database_has_today_and_a_week_ahead() -> None:
    migration = importlib.import_module("monitoring.migrations.0001_initial")
    try:
        execute("CREATE SCHEMA fresh; SET search_path = fresh")
        execute(migration.CREATE_SEGMENT)
        execute(migration.CREATE_FIRST_DAYS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT (now() AT TIME ZONE 'UTC')::date")
            (today,) = cursor.fetchone()
        assert list(days.attached()) == [days.name_of(today + timedelta(n)) for n in range(8)]
        assert not days.create(today)
    finally:
        execute("RESET search_path; DROP SCHEMA fresh CASCADE")


def test_today_and_a_week_ahead_are_made_once() -> None:
    assert maintain(NOON) == MaintenanceReport(created=WEEK)
    assert maintain(NOON) == MaintenanceReport()
    assert list(days.attached()) == list(WEEK)


def test_after_midnight_one_more_day_is_made() -> None:
    maintain(NOON)

    assert maintain(NOON + timedelta(hours=11, minutes=59)).created == ()
    assert maintain(NOON + timedelta(hours=12)).created == ("segment_20250120",)


def test_a_day_is_that_of_utc_whatever_the_zone_of_the_instant() -> None:
    tokyo = datetime.fromisoformat("2025-01-13T03:00:00+09:00")

    assert days.day_of(tokyo) == date(2025, 1, 12)


@pytest.mark.parametrize(
    ("received_at", "home"),
    [
        (datetime(2025, 1, 12, tzinfo=UTC), "segment_20250112"),
        (datetime(2025, 1, 12, 23, 59, 59, 999_999, tzinfo=UTC), "segment_20250112"),
        (datetime(2025, 1, 13, tzinfo=UTC), "segment_20250113"),
    ],
)
def test_a_segment_lies_in_the_day_of_its_receipt(received_at: datetime, home: str) -> None:
    maintain(NOON)

    SegmentFactory.create(received_at=received_at)

    assert home_of(received_at) == home


def test_partitions_are_as_the_table_is() -> None:
    """The same columns, indexes and storage, whichever way a partition was made."""
    ensure_day(NOON)
    execute(
        "CREATE TABLE plain PARTITION OF segment FOR VALUES FROM ('2025-02-01') TO ('2025-02-02')"
    )
    shapes = """
        SELECT a.attrelid::regclass::text, array_agg((attname, atttypid, attnotnull, attstorage)::text
            ORDER BY attnum), (SELECT count(*) FROM pg_index WHERE indrelid = a.attrelid)
        FROM pg_attribute a WHERE attrelid IN ('segment_20250112'::regclass, 'plain'::regclass)
        AND attnum > 0 GROUP BY attrelid
    """
    with connection.cursor() as cursor:
        cursor.execute(shapes)
        (_, *one), (_, *other) = cursor.fetchall()

    assert one == other


def test_a_day_goes_once_its_newest_possible_sample_is_too_old(settings: Settings) -> None:
    settings.METRICS_RETENTION = timedelta(days=3)
    ensure_day(datetime(2025, 1, 8, tzinfo=UTC))
    ensure_day(datetime(2025, 1, 9, tzinfo=UTC))
    # The last receipt of the 8th may bring a sample of the 9th, 00:05; that is three days old on the 12th.
    due = datetime(2025, 1, 12, 0, 5, tzinfo=UTC)

    assert maintain(due - timedelta(microseconds=1)).dropped == ()
    assert maintain(due).dropped == ("segment_20250108",)
    assert "segment_20250109" in days.attached()


def test_what_a_cut_off_run_left_behind_is_dropped_too() -> None:
    execute("CREATE TABLE segment_20240101 (LIKE segment)")
    execute("CREATE TABLE segment_20250101 (LIKE segment)")
    try:
        assert maintain(NOON).dropped == ("segment_20240101",)
    finally:
        execute("DROP TABLE segment_20250101")


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

    assert maintain(NOON).created == WEEK


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


def test_a_table_that_cannot_be_attached_to_is_not_waited_for_without_end() -> None:
    with second_connection() as other:
        other.execute("BEGIN; LOCK TABLE segment IN SHARE UPDATE EXCLUSIVE MODE")
        with pytest.raises(locks.HeldElsewhereError):
            ensure_day(NOON)

    assert ensure_day(NOON)


def test_other_trouble_of_the_database_is_not_taken_for_a_lock() -> None:
    disk_full = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$"

    with pytest.raises(OperationalError):
        locks.patiently(lambda: execute(disk_full))


def test_request_keys_are_forgotten_after_two_days() -> None:
    for hours in (47, 48, 49):
        row = IngestRequestFactory.create(key=f"{hours}")
        IngestRequest.objects.filter(pk=row.pk).update(created_at=NOON - timedelta(hours=hours))

    assert maintain(NOON).forgotten_requests == 1
    assert set(IngestRequest.objects.values_list("key", flat=True)) == {"47", "48"}


def test_the_waiting_time_for_locks_is_afterwards_what_it_was() -> None:
    def timeout() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    before = timeout()
    maintain(NOON)

    assert timeout() == before


def test_dropping_a_day_drops_its_samples_alone(settings: Settings) -> None:
    settings.METRICS_RETENTION = timedelta(days=3)
    for day in (5, 10):
        received_at = datetime(2025, 1, day, tzinfo=UTC)
        ensure_day(received_at)
        SegmentFactory.create(received_at=received_at)

    maintain(NOON)

    assert [segment.received_at.day for segment in Segment.objects.all()] == [10]
