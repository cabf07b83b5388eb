"""One series under one rule, told as pictures: the values on one line, the states on the next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.evaluation.reading import Observation, Reading, Signal
from alerts.evaluation.state import Action, Decision, OpenAlert, Phase, next_state
from alerts.evaluation.watch import Watch
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON, load, picture
from tests.alerts.track import play

HELD_3_MINUTES = replace(ABOVE_80, hold=3 * MINUTE)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
BREACH, OVER, UNKNOWN = Reading(Signal.BREACH), Reading(Signal.OVER), Reading(Signal.UNKNOWN)
WATCH = Watch(since=NOON - HOUR, previous=NOON - MINUTE)


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ("50 50", ".."),
        ("50 85x3 50 50", ".FFFR."),
        ("80 80.1 80", ".FR"),
        ("85 50 85 50", "FRFR"),
    ],
)
def test_without_a_hold_a_breach_fires_at_once_and_ends_at_once(values: str, states: str) -> None:
    assert play(load("cpu", values)) == states


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ("85x3 50", "ppp."),
        ("85x4 50", "pppFR"),
        ("50 85x6 50 50", ".pppFFFR."),
        ("85x3 50 85x4", "ppp.pppF"),
        ("85 50 85 50 85", "p.p.p"),
    ],
)
def test_a_breach_fires_when_it_has_lasted_its_hold(values: str, states: str) -> None:
    assert play(load("cpu", values), HELD_3_MINUTES) == states


@pytest.mark.parametrize(("hold", "states"), [(179, "pppF"), (180, "pppF"), (181, "pppp")])
def test_the_hold_is_met_to_the_second(hold: int, states: str) -> None:
    assert play(load("cpu", "85x4"), replace(ABOVE_80, hold=hold * SECOND)) == states


def test_the_example_of_the_language_reads_as_written() -> None:
    series = load("cpu{host=a, core=0}", "50 85x2 _x2 40", step=60)

    assert (series.metric, series.labels) == ("cpu", {"host": "a", "core": "0"})
    assert series.values == [50, 85, 85, None, None, 40]
    assert series.newest(4) == Observation(85, NOON + 2 * MINUTE)


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ("85x5 50 85x2", "Fzzzz.FF"),
        ("85 50 85", "F.F"),
        ("85x3 _x3 50 85", "Fzzzzz.F"),
    ],
)
def test_a_resolution_by_hand_holds_until_the_breach_is_over(values: str, states: str) -> None:
    assert play(load("cpu", values), resolved_after=0) == picture(states)


def test_a_pending_breach_can_be_resolved_by_hand_too() -> None:
    states = play(load("cpu", "85x6 50 85x4"), HELD_3_MINUTES, resolved_after=1)

    assert states == picture("ppzzzz.pppF")


@pytest.mark.parametrize(("snooze", "states"), [(3 * MINUTE, "Fzz.FF"), (4 * MINUTE, "Fzzz.F")])
def test_a_resolution_by_hand_is_not_believed_for_ever(snooze: timedelta, states: str) -> None:
    rule = replace(ABOVE_80, snooze=snooze)

    assert play(load("cpu", "85x6"), rule, resolved_after=0) == states


def test_a_snooze_ends_when_the_series_is_gone_for_an_hour() -> None:
    states = play(load("cpu", "85x3 _x62 85"), resolved_after=0)

    assert states == picture("F zx62 .x2 F")


def test_a_snooze_without_an_instant_is_over() -> None:
    unknown = OpenAlert(Phase.SNOOZED, NOON - HOUR, resolved_at=None)

    assert next_state(unknown, BREACH, ABOVE_80, WATCH, NOON) == Decision(Action.END_SNOOZE)


@pytest.mark.parametrize("hold", [timedelta(), 3 * MINUTE])
@pytest.mark.parametrize("reading", [OVER, UNKNOWN])
def test_only_a_breach_begins_an_alert(reading: Reading, hold: timedelta) -> None:
    rule = replace(ABOVE_80, hold=hold)

    assert next_state(None, reading, rule, WATCH, NOON) == Decision(Action.NOTHING)


@pytest.mark.parametrize(("hold", "action"), [(timedelta(), Action.FIRE), (SECOND, Action.START)])
def test_a_breach_by_silence_remembers_since_when(hold: timedelta, action: Action) -> None:
    reading = Reading(Signal.BREACH, silent_since=NOON - HOUR)

    decision = next_state(None, reading, replace(ABOVE_80, hold=hold), WATCH, NOON)

    assert decision == Decision(action, held_from=NOON, no_data_since=NOON - HOUR)
