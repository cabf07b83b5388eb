"""Which step comes next and when: pure arithmetic."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.escalation.chain import (
    Chain,
    Step,
    due_after,
    first_due,
    paused,
    resumed,
    steps_for,
)
from tests.alerts.factories import NOON

ONE = Step(300, "contact", "sms", "1", "Ana")
TWO = Step(600, "rotation", "email", "2", "Weekly")
CHAIN = Chain("p", "Payments", (ONE, TWO), repeats=1)
EMPTY = Chain("p", "Payments", ())


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("taken", "following", "number_of_round"),
    [(0, ONE, 1), (1, TWO, 1), (2, ONE, 2), (3, TWO, 2)],
)
def test_steps_come_in_their_order_and_over_again(
    taken: int, following: Step, number_of_round: int
) -> None:
    assert CHAIN.next_after(taken) is following
    assert CHAIN.round_of(taken + 1) == number_of_round


@pytest.mark.parametrize("taken", [4, 5, -1])
def test_after_the_last_round_nothing_follows(taken: int) -> None:
    assert CHAIN.last == 4
    assert CHAIN.next_after(taken) is None


def test_a_chain_without_steps_is_over_from_the_start() -> None:
    assert EMPTY.next_after(0) is None
    assert first_due(EMPTY, NOON) is None


def test_the_first_step_is_due_its_wait_after_people_were_told() -> None:
    assert first_due(CHAIN, NOON) == NOON + minutes(5)


def test_waits_count_from_when_the_step_before_was_due() -> None:
    due = NOON + minutes(5)

    assert due_after(CHAIN, 1, due=due, at=due + minutes(1)) == due + minutes(10)


@pytest.mark.parametrize("late", [10, 11])
def test_no_step_is_due_in_the_past(late: int) -> None:
    at = NOON + minutes(late)

    assert due_after(CHAIN, 1, due=NOON, at=at) == at


def test_after_the_last_step_nothing_is_due() -> None:
    assert due_after(CHAIN, 4, due=NOON, at=NOON) is None


def test_a_chain_survives_being_written_as_json() -> None:
    chain = replace(paused(CHAIN, NOON), begun_after=7, reminders=2)

    assert Chain.of(chain.as_json()) == chain


def test_what_a_chain_does_not_say_is_once_and_for_ever() -> None:
    short = {"policy": "p", "name": "Payments", "steps": []}

    assert Chain.of(short).as_json() == {
        **short,
        "repeats": 0,
        "remind_after_seconds": 0,
        "unacknowledge_after_seconds": 0,
        "begun_after": 0,
        "paused_due_at": "",
        "reminders": 0,
    }


@pytest.mark.parametrize("odd", [{}, {"steps": [{}]}, {**CHAIN.as_json(), "colour": "red"}])
def test_what_is_no_chain_is_refused(odd: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        Chain.of(odd)


@pytest.mark.parametrize(
    ("severity", "waits"),
    [("critical", [60, 120, 240]), ("warning", [60, 360]), ("info", [420])],
)
def test_steps_that_are_left_out_leave_the_times_of_the_others(
    severity: str, waits: list[int]
) -> None:
    steps = [
        Step(60, "channel", "email", minimum_severity="warning"),
        Step(120, "channel", "sms", minimum_severity="critical"),
        Step(240, "channel", "slack"),
    ]

    assert [step.wait_seconds for step in steps_for(severity, steps)] == waits


def test_the_wait_of_a_step_that_is_left_out_is_added_once() -> None:
    steps = [
        Step(60, "channel", "email", minimum_severity="critical"),
        Step(120, "channel", "sms"),
        Step(240, "channel", "slack"),
    ]

    assert [step.wait_seconds for step in steps_for("info", steps)] == [180, 240]


@pytest.mark.parametrize(
    ("minimum", "kept"), [("", 1), ("info", 1), ("warning", 1), ("critical", 0)]
)
def test_a_step_is_for_its_severity_and_worse(minimum: str, kept: int) -> None:
    step = Step(60, "channel", "email", minimum_severity=minimum)

    assert len(steps_for("warning", [step])) == kept


@pytest.mark.parametrize(
    ("stood_at", "goes_on_at"),
    [(5, 20), (20, 20), (30, 30)],
    ids=["due long ago", "due now", "due later"],
)
def test_a_chain_goes_on_where_it_stopped(stood_at: int, goes_on_at: int) -> None:
    resting = paused(CHAIN, NOON + minutes(stood_at))

    chain, due = resumed(resting, 1, at=NOON + minutes(20))

    assert due == NOON + minutes(goes_on_at)
    assert chain.next_after(1) is TWO
    assert chain.paused_due_at == ""


def test_a_chain_of_which_nobody_knows_when_it_was_due_goes_on_at_once() -> None:
    _, due = resumed(paused(CHAIN, None), 0, at=NOON)

    assert due == NOON


def test_a_chain_that_had_ended_begins_anew_with_numbers_of_its_own() -> None:
    chain, due = resumed(paused(CHAIN, None), 4, at=NOON)

    assert due == NOON
    assert (chain.next_after(4), chain.last, chain.round_of(5)) == (ONE, 8, 1)


def test_a_chain_that_began_anew_begins_with_its_first_step() -> None:
    three = replace(CHAIN, steps=(ONE, TWO, TWO), begun_after=4)

    assert [three.next_after(taken) for taken in (3, 4, 5, 9, 10)] == [None, ONE, TWO, TWO, None]


def test_a_chain_without_steps_never_goes_on() -> None:
    assert resumed(paused(EMPTY, None), 0, at=NOON) == (EMPTY, None)


@given(
    waits=st.lists(st.integers(0, 3_600), min_size=1, max_size=5),
    repeats=st.integers(0, 3),
    delays=st.lists(st.integers(0, 10_000), min_size=20, max_size=20),
)
def test_every_step_is_taken_once_in_order_and_never_before_its_time(
    waits: list[int], repeats: int, delays: list[int]
) -> None:
    chain = Chain("p", "x", tuple(Step(wait, "channel", "email") for wait in waits), repeats)
    due, taken, at = first_due(chain, NOON), 0, NOON
    scheduled = NOON
    while due is not None:
        step = chain.next_after(taken)
        assert step is not None
        scheduled += timedelta(seconds=step.wait_seconds)
        assert due >= scheduled
        at = max(at, due) + timedelta(seconds=delays[taken])
        taken += 1
        due = due_after(chain, taken, due=due, at=at)
        assert due is None or due >= at

    assert taken == len(waits) * (repeats + 1) == chain.last
