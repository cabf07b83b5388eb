"""People come and go: who has the turn keeps it, or the next one who stays takes it."""

from datetime import datetime, time

from hypothesis import assume, given
from hypothesis import strategies as st

from alerts.oncall.turns import Rotation, first_week_for, on_call
from tests.alerts.oncall.test_turns import BERLIN, instants, rotations, utc


@given(rotation=rotations, at=instants, place=st.integers(0, 6))
def test_who_has_the_turn_keeps_it_when_somebody_joins(
    rotation: Rotation, at: datetime, place: int
) -> None:
    people = list(rotation.people)
    people.insert(place, "new")

    changed = Rotation(
        people,
        rotation.zone,
        rotation.handoff_weekday,
        rotation.handoff_time,
        first_week_for(rotation, people, at),
    )

    week = changed.week_of(at)
    assert changed.first_week == changed.first_day
    assert changed.person_of(week) == on_call(rotation, [], at)
    following = [changed.person_of(week + number) for number in range(len(people))]
    assert sorted(map(str, following)) == sorted(people)


@given(rotation=rotations, at=instants, gone=st.integers(0, 5))
def test_when_somebody_leaves_the_next_one_who_stays_takes_over(
    rotation: Rotation, at: datetime, gone: int
) -> None:
    people = list(rotation.people)
    assume(len(people) > 1)
    left = people.pop(gone % len(people))
    week = rotation.week_of(at)
    turn, following = rotation.person_of(week), rotation.person_of(week + 1)

    first = first_week_for(rotation, people, at)

    changed = Rotation(
        people, rotation.zone, rotation.handoff_weekday, rotation.handoff_time, first
    )
    assert on_call(changed, [], at) == (following if turn == left else turn)


def test_among_all_new_people_the_first_one_has_the_turn() -> None:
    at = utc(2025, 1, 15)

    first = first_week_for(BERLIN, ["dan", "eve"], at)

    changed = Rotation(["dan", "eve"], "Europe/Berlin", 0, time(9), first)
    assert on_call(changed, [], at) == "dan"
