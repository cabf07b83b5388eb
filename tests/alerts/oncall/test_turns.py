"""Whose turn it is: exactly one person at any instant, by the clock on a wall."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.oncall.turns import Override, Rotation, on_call, shifts

PEOPLE = ["ana", "bo", "cy"]
BERLIN = Rotation(PEOPLE, "Europe/Berlin", 0, time(9), date(2025, 1, 6))
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Asuncion",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Pacific/Chatham",
]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc] # mypy counts no unpacked arguments


instants = st.integers(0, 30 * 365 * 86_400).map(
    lambda seconds: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
rotations = st.builds(
    Rotation,
    people=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True),
    zone=st.sampled_from(ZONES),
    handoff_weekday=st.integers(0, 6),
    handoff_time=st.times(),
    first_week=st.dates(date(2010, 1, 1), date(2030, 1, 1)),
)


@st.composite
def overrides(draw: st.DrawFn) -> list[Override]:
    starts = draw(st.lists(instants, max_size=4))
    hours = st.integers(1, 24 * 60)
    return [
        Override(f"stand-in {number}", start, start + timedelta(hours=draw(hours)))
        for number, start in enumerate(starts)
    ]


@pytest.mark.parametrize(
    ("at", "person"),
    [
        (utc(2025, 1, 6, 7, 59, 59), "cy"),
        (utc(2025, 1, 6, 8), "ana"),
        (utc(2025, 1, 13, 7, 59, 59), "ana"),
        (utc(2025, 1, 13, 8), "bo"),
        (utc(2025, 1, 20, 8), "cy"),
        (utc(2025, 1, 27, 8), "ana"),
        (utc(2024, 12, 30, 8), "cy"),
        (utc(2024, 12, 23, 8), "bo"),
    ],
)
def test_turns_are_whole_weeks_in_their_order(at: datetime, person: str) -> None:
    assert on_call(BERLIN, [], at) == person


@pytest.mark.parametrize("day", range(6, 13))
def test_any_day_of_the_first_week_names_it(day: int) -> None:
    rotation = Rotation(PEOPLE, "UTC", 0, time(9), date(2025, 1, day))

    assert rotation.first_day == date(2025, 1, 6)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (utc(2025, 3, 24, 8), utc(2025, 3, 31, 7)),
        (utc(2025, 10, 20, 7), utc(2025, 10, 27, 8)),
    ],
    ids=["a week of 167 hours", "a week of 169 hours"],
)
def test_the_handoff_keeps_its_time_on_the_wall_when_clocks_change(
    before: datetime, after: datetime
) -> None:
    week = BERLIN.week_of(before)

    assert (BERLIN.handoff(week), BERLIN.handoff(week + 1)) == (before, after)


@pytest.mark.parametrize(
    ("handoff", "instant"),
    [
        (
            Rotation(PEOPLE, "Europe/Berlin", 6, time(2, 30), date(2025, 3, 30)),
            utc(2025, 3, 30, 1, 30),
        ),
        (
            Rotation(PEOPLE, "Europe/Berlin", 6, time(2, 30), date(2025, 10, 26)),
            utc(2025, 10, 26, 0, 30),
        ),
    ],
    ids=["a time that is skipped", "a time that comes twice"],
)
def test_an_odd_time_of_handoff_still_names_one_instant(
    handoff: Rotation, instant: datetime
) -> None:
    assert handoff.handoff(0) == instant
    assert handoff.week_of(instant) == 0
    assert handoff.week_of(instant - timedelta(microseconds=1)) == -1


def test_the_day_that_comes_again_does_not_take_the_turn_back() -> None:
    """In 2006 clocks in Goose Bay went back from 0:01 to 23:01: at that handoff the day before began once more."""
    rotation = Rotation(PEOPLE, "America/Goose_Bay", 6, time(0), date(2006, 10, 29))
    handoff = rotation.handoff(0)
    again = handoff + timedelta(minutes=2)

    assert again.astimezone(ZoneInfo("America/Goose_Bay")).day == 28
    assert rotation.week_of(again) == 0


def test_a_rotation_without_people_has_nobody() -> None:
    nobody = Rotation([], "UTC", 0, time(9), date(2025, 1, 6))

    assert on_call(nobody, [], utc(2025, 1, 7)) is None


@pytest.mark.parametrize(
    ("at", "person"),
    [
        (utc(2025, 1, 8, 11, 59, 59), "ana"),
        (utc(2025, 1, 8, 12), "dan"),
        (utc(2025, 1, 8, 13), "eve"),
        (utc(2025, 1, 8, 14), "dan"),
        (utc(2025, 1, 8, 15, 59, 59), "dan"),
        (utc(2025, 1, 8, 16), "ana"),
    ],
)
def test_of_two_overrides_at_once_the_younger_counts(at: datetime, person: str) -> None:
    standing_in = [
        Override("dan", utc(2025, 1, 8, 12), utc(2025, 1, 8, 16)),
        Override("eve", utc(2025, 1, 8, 13), utc(2025, 1, 8, 14)),
    ]

    assert on_call(BERLIN, standing_in, at) == person


def test_shifts_are_told_apart_by_person_week_and_override() -> None:
    standing_in = [
        Override("dan", utc(2025, 1, 12), utc(2025, 1, 13)),
        Override("dan", utc(2025, 1, 13), utc(2025, 1, 14)),
        Override("cy", utc(2025, 1, 21), utc(2025, 1, 22)),
    ]

    found = shifts(BERLIN, standing_in, utc(2025, 1, 10), utc(2025, 1, 23))

    assert [(each.person, each.starts_at, each.stands_in) for each in found] == [
        ("ana", utc(2025, 1, 10), False),
        ("dan", utc(2025, 1, 12), True),
        ("bo", utc(2025, 1, 14), False),
        ("cy", utc(2025, 1, 20, 8), False),
        ("cy", utc(2025, 1, 21), True),
        ("cy", utc(2025, 1, 22), False),
    ]
    assert found[-1].ends_at == utc(2025, 1, 23)


@given(rotation=rotations, at=instants)
def test_every_instant_lies_in_exactly_one_week(rotation: Rotation, at: datetime) -> None:
    week = rotation.week_of(at)

    assert rotation.handoff(week) <= at < rotation.handoff(week + 1)
    assert rotation.handoff(week).astimezone(ZoneInfo(rotation.zone)).weekday() in {
        rotation.handoff_weekday,
        (rotation.handoff_weekday + 1) % 7,  # only where clocks skip over midnight
    }


@given(rotation=rotations, standing_in=overrides(), at=instants)
def test_exactly_one_person_is_on_call_at_any_instant(
    rotation: Rotation, standing_in: list[Override], at: datetime
) -> None:
    person = on_call(rotation, standing_in, at)

    covering = [each.person for each in standing_in if each.covers(at)]
    assert person == covering[-1] if covering else person in rotation.people


@given(rotation=rotations, standing_in=overrides(), start=instants, days=st.integers(1, 60))
def test_shifts_leave_no_gap_and_say_what_on_call_says(
    rotation: Rotation, standing_in: list[Override], start: datetime, days: int
) -> None:
    end = start + timedelta(days=days)

    found = shifts(rotation, standing_in, start, end)

    assert (found[0].starts_at, found[-1].ends_at) == (start, end)
    assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
    for shift in found:
        middle = shift.starts_at + (shift.ends_at - shift.starts_at) / 2
        for at in (shift.starts_at, middle):
            assert on_call(rotation, standing_in, at) == shift.person
