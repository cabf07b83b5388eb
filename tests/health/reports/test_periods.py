"""Which day, week and month is over, and how a period is cut into bars."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from health.reports.periods import Span, is_on_bucket, last_finished, slice_width, slices

DAY = timedelta(days=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # as many parts as a test needs


@pytest.mark.parametrize(
    ("period", "at", "start", "end"),
    [
        ("daily", utc(2026, 11, 23, 0, 0), utc(2026, 11, 22), utc(2026, 11, 23)),
        ("daily", utc(2026, 11, 22, 23, 59, 59), utc(2026, 11, 21), utc(2026, 11, 22)),
        ("daily", utc(2028, 3, 1, 4), utc(2028, 2, 29), utc(2028, 3, 1)),
        ("daily", utc(2027, 1, 1), utc(2026, 12, 31), utc(2027, 1, 1)),
        ("weekly", utc(2026, 11, 23, 0, 0), utc(2026, 11, 16), utc(2026, 11, 23)),
        ("weekly", utc(2026, 11, 22, 23, 59), utc(2026, 11, 9), utc(2026, 11, 16)),
        ("weekly", utc(2026, 3, 30), utc(2026, 3, 23), utc(2026, 3, 30)),
        ("monthly", utc(2026, 11, 1, 0, 0), utc(2026, 10, 1), utc(2026, 11, 1)),
        ("monthly", utc(2026, 10, 31, 23, 59), utc(2026, 9, 1), utc(2026, 10, 1)),
        ("monthly", utc(2028, 3, 9), utc(2028, 2, 1), utc(2028, 3, 1)),
        ("monthly", utc(2027, 1, 31), utc(2026, 12, 1), utc(2027, 1, 1)),
    ],
)
def test_the_last_period_that_is_over(
    period: str, at: datetime, start: datetime, end: datetime
) -> None:
    assert last_finished(period, at) == Span(start, end)


def test_midnight_is_that_of_utc_wherever_the_clock_is_read() -> None:
    at = datetime(2026, 11, 23, 1, 30, tzinfo=timezone(timedelta(hours=2)))

    assert last_finished("daily", at).end == utc(2026, 11, 22)


def test_a_custom_period_does_not_come_back() -> None:
    with pytest.raises(ValueError, match="custom is no period"):
        last_finished("custom", utc(2026, 1, 1))


@given(st.integers(0, 20 * 366 * 1_440))
def test_every_instant_has_periods_that_are_over_and_whose_next_is_not(minutes: int) -> None:
    at = utc(2020, 1, 1) + timedelta(minutes=minutes)
    for period in ("daily", "weekly", "monthly"):
        span = last_finished(period, at)
        assert span.start < span.end <= at < last_finished(period, at + timedelta(days=32)).end
    assert last_finished("weekly", at).start.weekday() == 0
    assert last_finished("weekly", at).length == timedelta(days=7)
    assert last_finished("monthly", at).start.day == last_finished("monthly", at).end.day == 1


@pytest.mark.parametrize(
    ("length", "width"),
    [
        (DAY, timedelta(hours=1)),
        (2 * DAY, timedelta(hours=1)),
        (2 * DAY + timedelta(minutes=5), DAY),
        (62 * DAY, DAY),
        (62 * DAY + timedelta(minutes=5), 7 * DAY),
        (400 * DAY, 7 * DAY),
    ],
)
def test_a_bar_is_an_hour_a_day_or_a_week(length: timedelta, width: timedelta) -> None:
    start = utc(2026, 1, 1)

    assert slice_width(Span(start, start + length)) == width


@given(st.integers(1, 115_200))
@example(12)  # an hour: the last slice ends where the span does
def test_slices_follow_one_another_from_start_to_end(buckets: int) -> None:
    start = utc(2026, 1, 1)
    span = Span(start, start + buckets * timedelta(minutes=5))

    found = list(slices(span))

    assert (found[0].start, found[-1].end) == (span.start, span.end)
    assert all(one.end == next_one.start for one, next_one in itertools.pairwise(found))
    assert sum((each.length for each in found), timedelta()) == span.length
    assert all(each.length > timedelta() for each in found)
    assert len(found) <= 62


@pytest.mark.parametrize(
    ("at", "is_one"),
    [
        (utc(2026, 1, 1), True),
        (utc(2026, 1, 1, 0, 5), True),
        (utc(2026, 1, 1, 0, 4), False),
        (utc(2026, 1, 1, 0, 5, 1), False),
        (utc(2026, 1, 1, 0, 5, 0, 1), False),
    ],
)
def test_buckets_begin_each_five_minutes(at: datetime, *, is_one: bool) -> None:
    assert is_on_bucket(at) is is_one
