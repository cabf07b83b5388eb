"""When a day, a week and a month begin where the business is: clock changes, leap days, turns of the year."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales.business.periods import Period, starts_at, step_for

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
EUCLA, NEW_YORK = ZoneInfo("Australia/Eucla"), ZoneInfo("America/New_York")
ZULU = ZoneInfo("UTC")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year, month, day and so on


@pytest.mark.parametrize(
    ("at", "zone", "today", "week", "month"),
    [
        (utc(2026, 3, 4, 12), ZULU, utc(2026, 3, 4), utc(2026, 3, 2), utc(2026, 3, 1)),
        (utc(2026, 3, 2), ZULU, utc(2026, 3, 2), utc(2026, 3, 2), utc(2026, 3, 1)),
        (utc(2026, 3, 1, 23, 59), ZULU, utc(2026, 3, 1), utc(2026, 2, 23), utc(2026, 3, 1)),
        (utc(2024, 2, 29, 1), ZULU, utc(2024, 2, 29), utc(2024, 2, 26), utc(2024, 2, 1)),
        (utc(2026, 1, 1, 5), ZULU, utc(2026, 1, 1), utc(2025, 12, 29), utc(2026, 1, 1)),
        # In Berlin it is tomorrow already; the week began before the clocks changed.
        (utc(2026, 3, 29, 22, 30), BERLIN, utc(2026, 3, 29, 22), utc(2026, 3, 29, 22), utc(2026, 2, 28, 23)),
        (utc(2026, 3, 29, 12), BERLIN, utc(2026, 3, 28, 23), utc(2026, 3, 22, 23), utc(2026, 2, 28, 23)),
        (utc(2026, 1, 31, 20), KATHMANDU, utc(2026, 1, 31, 18, 15), utc(2026, 1, 25, 18, 15), utc(2026, 1, 31, 18, 15)),
        (utc(2026, 11, 1, 12), NEW_YORK, utc(2026, 11, 1, 4), utc(2026, 10, 26, 4), utc(2026, 11, 1, 4)),
    ],
)  # fmt: skip
def test_calendar_periods_begin_at_midnight_of_the_zone(
    at: datetime, zone: ZoneInfo, today: datetime, week: datetime, month: datetime
) -> None:
    starts = starts_at(at, zone)

    assert (starts[Period.TODAY], starts[Period.WEEK], starts[Period.MONTH]) == (today, week, month)


def test_the_last_30_days_are_today_and_29_before_it() -> None:
    starts = starts_at(utc(2026, 3, 4, 12), ZULU)

    assert starts[Period.LAST_30_DAYS] == utc(2026, 2, 3)


def test_the_last_24_hours_begin_at_a_full_hour() -> None:
    starts = starts_at(utc(2026, 3, 4, 12, 34), BERLIN)

    assert starts[Period.LAST_24_HOURS] == utc(2026, 3, 3, 12)


@given(
    at=st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2099, 1, 1)),  # noqa: DTZ001 - made aware below
    zone=st.sampled_from([ZULU, BERLIN, KATHMANDU, EUCLA, NEW_YORK]),
)
def test_every_period_lies_before_its_end_and_month_holds_today(
    at: datetime, zone: ZoneInfo
) -> None:
    instant = at.replace(tzinfo=UTC)
    starts = starts_at(instant, zone)

    assert starts[Period.MONTH] <= starts[Period.TODAY] <= instant
    assert starts[Period.WEEK] <= starts[Period.TODAY]
    assert instant - starts[Period.TODAY] < timedelta(hours=25)
    assert starts[Period.LAST_30_DAYS] <= starts[Period.TODAY] - timedelta(days=28, hours=22)


@pytest.mark.parametrize(
    ("zone", "step"),
    [
        (ZULU, timedelta(hours=1)),
        (BERLIN, timedelta(hours=1)),
        (KATHMANDU, timedelta(minutes=15)),
        (EUCLA, timedelta(minutes=15)),
    ],
)
def test_steps_are_as_wide_as_the_zone_allows(zone: ZoneInfo, step: timedelta) -> None:
    starts = starts_at(utc(2026, 3, 4, 12), zone)
    del starts[Period.NOW]  # type: ignore[attr-defined]  # a mapping to its users

    assert step_for(starts.values()) == step


@pytest.mark.parametrize(
    ("start", "step"),
    [
        (utc(2026, 3, 4, 0, 5), timedelta(minutes=5)),
        (utc(2026, 3, 4, 0, 1), timedelta(minutes=1)),
        (utc(2026, 3, 4, 0, 0, 28), timedelta(seconds=1)),
    ],
)
def test_an_odd_midnight_has_small_steps(start: datetime, step: timedelta) -> None:
    assert step_for([utc(2026, 3, 4), start]) == step
