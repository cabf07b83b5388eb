"""Periods: whole days, their edges and their names."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.sla.period import DAY, day_of, edges, label_of, on_the_grid, whole_days

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_day_begins_at_midnight_in_utc_wherever_the_instant_was_written() -> None:
    at = datetime(2026, 11, 24, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))

    assert day_of(at) == MONDAY


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (0, 24, [0]),
        (0, 23.99, []),
        (0, 48, [0, 1]),
        (0.01, 48, [1]),
        (23, 25, []),
        (23, 48, [1]),
        (5, 77, [1, 2]),
        (0, 0, []),
        (5, 2, []),
    ],
)
def test_only_days_that_lie_wholly_inside_count_as_days(
    start: float, end: float, days: list[int]
) -> None:
    found = whole_days(MONDAY + timedelta(hours=start), MONDAY + timedelta(hours=end))

    assert found == [MONDAY + number * DAY for number in days]


@given(st.integers(0, 2_000), st.integers(0, 2_000))
def test_days_and_edges_cover_the_period_once(one: int, other: int) -> None:
    start, end = (MONDAY + timedelta(minutes=5 * number) for number in sorted((one, other)))

    parts = sorted([*edges(start, end), *((day, day + DAY) for day in whole_days(start, end))])

    assert all(first[1] == second[0] for first, second in pairwise(parts))
    assert sum((last - first for first, last in parts), timedelta()) == end - start
    assert all(first < last for first, last in parts)


def test_both_ends_go_back_to_their_bucket() -> None:
    start = MONDAY + timedelta(minutes=7, seconds=3)
    end = MONDAY + timedelta(minutes=29, seconds=59)

    assert on_the_grid(start, end) == (
        MONDAY + timedelta(minutes=5),
        MONDAY + timedelta(minutes=25),
    )


@pytest.mark.parametrize(
    ("length", "label"),
    [
        (timedelta(days=30), "30d"),
        (timedelta(days=1), "1d"),
        (timedelta(hours=36), "36h"),
        (timedelta(hours=1), "1h"),
        (timedelta(minutes=95), "95m"),
        (timedelta(0), "0d"),
    ],
)
def test_a_period_is_called_by_the_largest_unit_that_fits(length: timedelta, label: str) -> None:
    assert label_of(MONDAY, MONDAY + length) == label


def test_the_year_of_a_leap_day_has_a_day_more() -> None:
    start, end = datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)

    assert label_of(start, end) == "366d"
    assert len(whole_days(start, end)) == 366
