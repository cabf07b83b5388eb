"""When a window is open: the days of its rule, its edges, its rehearsal on the past."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.routing.recurrence import (
    check,
    occurrences,
    open_at,
    rehearsed,
    upcoming,
)
from monitoring.errors import InvalidInputError
from tests.alerts.routing.schedules import BERLIN, FOREVER, NEW_YORK, TICK, begins, schedule, wall


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [
        ("FREQ=DAILY", "2026-01-30 03:00", ["01-30", "01-31", "02-01", "02-02"]),
        ("FREQ=DAILY;INTERVAL=3", "2026-01-30 03:00", ["01-30", "02-02"]),
        ("FREQ=DAILY;COUNT=2", "2026-01-30 03:00", ["01-30", "01-31"]),
        ("FREQ=WEEKLY", "2026-01-31 03:00", ["01-31"]),
        ("FREQ=WEEKLY;BYDAY=SA,SU", "2026-01-31 03:00", ["01-31", "02-01"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30 03:00", ["01-30"]),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "2026-01-01 03:00", ["02-01"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=2", "2024-02-02 03:00", ["02-02"]),
    ],
)
def test_the_days_that_a_rule_names(rule: str, first: str, expected: list[str]) -> None:
    found = begins(schedule(rule, first), "2026-01-30 00:00", "2026-02-03 00:00")

    assert found == [f"{day} 03:00" for day in expected]


def test_a_window_may_cross_midnight() -> None:
    nightly = schedule(first="2026-01-01 23:30", minutes=60)

    found = occurrences(nightly, wall("2026-01-05 00:00"), wall("2026-01-06 00:00"))

    assert [(each.starts_at.day, each.ends_at.day) for each in found] == [(4, 5), (5, 6)]


def test_of_windows_that_overlap_the_latest_is_named() -> None:
    long = schedule(minutes=36 * 60)

    opening = open_at(long, wall("2026-01-05 04:00"))

    assert opening is not None
    assert opening.starts_at == wall("2026-01-05 03:00")
    assert len(occurrences(long, wall("2026-01-05 04:00"), wall("2026-01-05 05:00"))) == 2


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (wall("2026-01-05 03:00") - TICK, False),
        (wall("2026-01-05 03:00"), True),
        (wall("2026-01-05 04:00") - TICK, True),
        (wall("2026-01-05 04:00"), False),
    ],
)
def test_a_window_is_open_from_its_begin_until_before_its_end(
    at: datetime, *, is_open: bool
) -> None:
    assert (open_at(schedule(), at) is not None) is is_open


@pytest.mark.parametrize(("late", "begins_then"), [(timedelta(0), True), (TICK, False)])
def test_nothing_begins_after_it_expires(late: timedelta, *, begins_then: bool) -> None:
    start = wall("2026-01-05 03:00")
    expiring = schedule(expires_at=start - late)

    assert (open_at(expiring, start) is not None) is begins_then


def test_what_began_before_it_expires_goes_on_to_its_end() -> None:
    expiring = schedule(expires_at=wall("2026-01-05 03:10"))

    assert open_at(expiring, wall("2026-01-05 03:59")) is not None
    assert upcoming(expiring, wall("2026-01-05 04:00"), most=5) == []


def test_the_next_openings_begin_with_the_one_that_holds() -> None:
    found = upcoming(schedule(), wall("2026-01-05 03:30"), most=3)

    assert [each.starts_at.day for each in found] == [5, 6, 7]


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ("FREQ=WEEKLY;BYDAY=SU", "2026-01-05 03:00"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "2026-02-28 03:00"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9", "2026-01-05 03:00"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;COUNT=3", "2026-01-05 03:00"),
    ],
)
def test_a_rule_that_does_not_name_its_first_begin_is_refused_and_at_once(
    rule: str, first: str
) -> None:
    began = time.process_time()

    with pytest.raises(InvalidInputError, match="none of the days"):
        check(schedule(rule, first))
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ("FREQ=DAILY;INTERVAL=100;COUNT=2", "2026-01-05 03:00"),
        ("FREQ=WEEKLY;BYDAY=SU", "2026-01-04 03:00"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30 03:00"),
        ("FREQ=MONTHLY", "2026-01-31 03:00"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-02-29 03:00"),
    ],
)
def test_a_rule_that_names_its_first_begin_is_taken(rule: str, first: str) -> None:
    check(schedule(rule, first))


@pytest.mark.parametrize("rule", ["FREQ=DAILY;BYDAY=XX", "FREQ=YEARLY;BYMONTHDAY=1-1"])
def test_what_the_calendar_cannot_read_is_refused(rule: str) -> None:
    with pytest.raises(InvalidInputError, match="not a recurrence rule"):
        check(schedule(rule))


def test_a_zone_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no time zone"):
        check(replace(schedule(), time_zone="Europe/Atlantis"))


def test_a_row_that_never_expires_is_not_expanded_for_ever() -> None:
    endless = schedule(expires_at=datetime(9999, 1, 1, tzinfo=UTC))
    began = time.process_time()

    assert open_at(endless, wall("2026-06-01 03:30")) is not None
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [
        ("FREQ=DAILY", "2026-02-01 03:00", ["01-05", "01-06", "01-07"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-02-16 03:00", ["01-05"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-02-09 03:00", []),
        ("FREQ=MONTHLY;BYMONTHDAY=6;COUNT=1", "2026-03-06 03:00", ["01-06"]),
        ("FREQ=MONTHLY", "2026-05-31 03:00", []),
        ("FREQ=DAILY", "2026-01-06 03:00", ["01-06", "01-07"]),
    ],
)
def test_a_window_to_come_is_rehearsed_on_the_past(
    rule: str, first: str, expected: list[str]
) -> None:
    since, until = wall("2026-01-05 00:00"), wall("2026-01-08 00:00")
    planned = schedule(rule, first)
    if first < "2026-01-07":
        since = wall("2026-01-06 04:00")

    past = rehearsed(planned, since, until)

    assert begins(past, "2026-01-05 00:00", "2026-01-08 00:00") == [
        f"{day} 03:00" for day in expected
    ]


def test_a_window_that_begins_just_then_is_rehearsed_as_it_is() -> None:
    planned = schedule("FREQ=DAILY;COUNT=3", "2026-01-05 03:00")

    assert rehearsed(planned, planned.first_start, FOREVER) == planned


def test_a_rehearsal_goes_back_no_further_than_it_has_to() -> None:
    since = wall("2026-01-05 03:00")

    assert rehearsed(schedule(first="2026-01-06 03:00"), since, FOREVER).first_start == since


def test_the_31st_is_rehearsed_on_the_31st() -> None:
    past = rehearsed(
        schedule("FREQ=MONTHLY", "2026-05-31 03:00"), wall("2026-03-01 00:00"), FOREVER
    )

    assert past.first_start == wall("2026-01-31 03:00")


@given(
    hours=st.integers(0, 24 * 400),
    zone=st.sampled_from(["UTC", BERLIN, NEW_YORK, "Australia/Lord_Howe"]),
    minutes=st.integers(1, 3 * 24 * 60),
)
def test_open_now_means_that_some_opening_holds(hours: int, zone: str, minutes: int) -> None:
    daily = schedule("FREQ=WEEKLY;BYDAY=TH,SU", "2026-01-01 02:30", minutes, zone)
    at = daily.first_start + timedelta(hours=hours)

    opening = open_at(daily, at)
    holding = [
        each
        for each in upcoming(daily, daily.first_start, most=1_000)
        if each.starts_at <= at < each.ends_at
    ]

    assert (opening in holding) if opening else not holding
