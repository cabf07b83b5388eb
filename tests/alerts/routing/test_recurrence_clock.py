"""Windows on the clock of a wall: summer time, and nights with an hour more or less."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.routing.recurrence import (
    occurrences,
    open_at,
)
from tests.alerts.routing.schedules import BERLIN, NEW_YORK, TICK, begins, schedule, wall


def test_a_window_stays_at_its_time_of_day_when_summer_time_begins() -> None:
    weekly = schedule("FREQ=WEEKLY;BYDAY=SU", "2026-03-01 04:00", zone=BERLIN)

    assert begins(weekly, "2026-03-20 00:00", "2026-04-06 00:00") == [
        "03-22 03:00",
        "03-29 02:00",
        "04-05 02:00",
    ]
    local = begins(weekly, "2026-03-20 00:00", "2026-04-06 00:00", in_zone=BERLIN)
    assert [each[-5:] for each in local] == ["04:00"] * 3


@pytest.mark.parametrize(
    ("zone", "night", "gap_read_as"),
    [(BERLIN, "2026-03-29", "03-29 01:30"), (NEW_YORK, "2026-03-08", "03-08 07:30")],
)
def test_a_time_that_the_spring_night_leaves_out_is_read_with_the_offset_from_before(
    zone: str, night: str, gap_read_as: str
) -> None:
    daily = schedule(first="2026-01-01 02:30", zone=zone)

    assert begins(daily, f"{night} 00:00", f"{night} 12:00") == [gap_read_as]


@pytest.mark.parametrize(
    ("zone", "night", "first_of_both"),
    [(BERLIN, "2026-10-25", "10-25 00:30"), (NEW_YORK, "2026-11-01", "11-01 05:30")],
)
def test_of_a_time_that_the_autumn_night_has_twice_the_first_counts(
    zone: str, night: str, first_of_both: str
) -> None:
    clock = "02:30" if zone == BERLIN else "01:30"
    daily = schedule(first=f"2026-01-01 {clock}", zone=zone)

    assert begins(daily, f"{night} 00:00", f"{night} 12:00") == [first_of_both]


def test_a_first_begin_in_the_second_of_both_hours_stays_where_it_is() -> None:
    second = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo(BERLIN), fold=1).astimezone(UTC)
    daily = replace(schedule(zone=BERLIN), first_start=second)

    assert occurrences(daily, second - timedelta(days=1), second + TICK)[0].starts_at == second


@pytest.mark.parametrize(
    ("night", "wall_clock_hours"), [("2026-03-28", 9), ("2026-10-24", 7), ("2026-06-01", 8)]
)
def test_a_window_lasts_its_minutes_in_real_time(night: str, wall_clock_hours: int) -> None:
    nightly = schedule(first="2026-01-01 22:00", minutes=8 * 60, zone=BERLIN)

    opening = open_at(nightly, wall(f"{night} 23:00", BERLIN))

    assert opening is not None
    zone = ZoneInfo(BERLIN)
    assert opening.ends_at - opening.starts_at == timedelta(hours=8)
    start, end = (each.astimezone(zone).hour for each in (opening.starts_at, opening.ends_at))
    assert (end - start) % 24 == wall_clock_hours
