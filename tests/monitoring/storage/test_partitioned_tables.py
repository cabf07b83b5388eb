"""Names, bounds and lifetimes of partitions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from monitoring.storage.partitioned_tables import (
    CHUNK,
    ROLLUP_1H,
    ROLLUP_5M,
    SEGMENT,
    TABLES,
    PartitionedTable,
    day_of,
    midnight,
)
from tests.monitoring.factories import NOON

tables = st.sampled_from(list(TABLES.values()))
days = st.dates(date(2001, 1, 1), date(2098, 12, 31))
DAY = timedelta(days=1)


@given(tables, days)
def test_every_day_lies_in_exactly_one_partition(table: PartitionedTable, day: date) -> None:
    first = table.first_day(day)

    assert first <= day < table.next_day(first)
    assert table.first_day(table.next_day(first)) == table.next_day(first)
    assert table.first_day(table.next_day(first) - DAY) == first


@given(tables, days, days)
def test_names_sort_as_the_time_does(table: PartitionedTable, one: date, other: date) -> None:
    firsts = table.first_day(one), table.first_day(other)
    names = table.partition(one), table.partition(other)

    assert (names[0] < names[1]) == (firsts[0] < firsts[1])
    assert (names[0] == names[1]) == (firsts[0] == firsts[1])


@given(tables, days)
def test_a_name_tells_its_first_day(table: PartitionedTable, day: date) -> None:
    assert table.day_in(table.partition(day)) == table.first_day(day)


def test_a_name_of_another_table_tells_no_day() -> None:
    with pytest.raises(ValueError, match="does not match"):
        CHUNK.day_in("segment_20250112")


@pytest.mark.parametrize(
    ("table", "bounds"),
    [
        (SEGMENT, ("2025-01-31 00:00:00+00", "2025-02-01 00:00:00+00")),
        (CHUNK, ("2025-01-31 00:00:00+00", "2025-02-01 00:00:00+00")),
        (ROLLUP_5M, ("2025-01-01", "2025-02-01")),
        (ROLLUP_1H, ("2025-01-01", "2025-02-01")),
    ],
)
def test_bounds_are_days_of_utc(table: PartitionedTable, bounds: tuple[str, str]) -> None:
    assert table.bounds(date(2025, 1, 31)) == bounds


@pytest.mark.parametrize(
    ("table", "at", "first", "last"),
    [
        (SEGMENT, NOON, "2025-01-12", "2025-01-19"),
        (CHUNK, NOON, "2025-01-10", "2025-01-19"),
        (ROLLUP_5M, NOON, "2024-12-01", "2025-03-01"),
        (ROLLUP_5M, datetime(2025, 1, 31, 23, 59, tzinfo=UTC), "2024-12-01", "2025-03-01"),
        (ROLLUP_1H, datetime(2025, 2, 1, tzinfo=UTC), "2025-01-01", "2025-04-01"),
        (ROLLUP_1H, datetime(2024, 11, 30, tzinfo=UTC), "2024-10-01", "2025-01-01"),
    ],
)
def test_partitions_are_wanted_a_little_behind_and_ahead(
    table: PartitionedTable, at: datetime, first: str, last: str
) -> None:
    wanted = list(table.wanted(at))

    assert (str(wanted[0]), str(wanted[-1])) == (first, last)
    assert len(wanted) == table.behind + 1 + table.ahead
    assert wanted == sorted(wanted)


def test_none_is_wanted_that_would_go_at_once(settings: Settings) -> None:
    settings.ROLLUP_5M_RETENTION = timedelta(days=1)

    assert next(ROLLUP_5M.wanted(NOON)) == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("table", "at", "first_kept"),
    [
        # The last push of the 8th may bring a sample of the 9th, 00:05, which is 3 days old on the 12th.
        (SEGMENT, datetime(2025, 1, 12, 0, 4, 59, tzinfo=UTC), "2025-01-08"),
        (SEGMENT, datetime(2025, 1, 12, 0, 5, tzinfo=UTC), "2025-01-09"),
        (CHUNK, datetime(2025, 1, 11, 23, 59, 59, tzinfo=UTC), "2025-01-08"),
        (CHUNK, datetime(2025, 1, 12, tzinfo=UTC), "2025-01-09"),
        # December ended 90 and 400 days before.
        (ROLLUP_5M, datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC), "2024-12-01"),
        (ROLLUP_5M, datetime(2025, 4, 1, tzinfo=UTC), "2025-01-01"),
        (ROLLUP_1H, datetime(2025, 2, 3, 23, 59, 59, tzinfo=UTC), "2023-12-01"),
        (ROLLUP_1H, datetime(2025, 2, 4, tzinfo=UTC), "2024-01-01"),
    ],
)
def test_a_partition_is_kept_while_its_newest_sample_may_be_within_the_retention(
    table: PartitionedTable, at: datetime, first_kept: str, settings: Settings
) -> None:
    settings.METRICS_RETENTION = timedelta(days=3)

    assert str(table.first_kept(at)) == first_kept


def test_a_day_is_that_of_utc_whatever_the_zone_of_the_instant() -> None:
    tokyo = datetime.fromisoformat("2025-01-13T03:00:00+09:00")

    assert day_of(tokyo) == date(2025, 1, 12)
    assert midnight(day_of(tokyo)) == datetime(2025, 1, 12, tzinfo=UTC)
