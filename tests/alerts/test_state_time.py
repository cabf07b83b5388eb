"""Evaluations that are missed, repeated, or made under a clock that was set back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.evaluation.reading import Observation, Reading, Signal
from alerts.evaluation.state import Action, Decision, OpenAlert, Phase, next_state
from alerts.evaluation.watch import Watch
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON, load, picture
from tests.alerts.track import Track, play

HELD_3_MINUTES = replace(ABOVE_80, hold=3 * MINUTE)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
BREACH, OVER, UNKNOWN = Reading(Signal.BREACH), Reading(Signal.OVER), Reading(Signal.UNKNOWN)
WATCH = Watch(since=NOON - HOUR, previous=NOON - MINUTE)
PENDING = OpenAlert(Phase.PENDING, NOON - 10 * MINUTE)
FIRING = OpenAlert(Phase.FIRING, NOON - 10 * MINUTE)
SNOOZED = OpenAlert(Phase.SNOOZED, NOON - 10 * MINUTE, resolved_at=NOON - 5 * MINUTE)
REMEMBERED = [PENDING, FIRING, SNOOZED]
READINGS = [BREACH, OVER, UNKNOWN]


@pytest.mark.parametrize(
    ("missed", "states"),
    [
        # One to four missed evaluations are no gap (five minutes at most), the breach was seen on both sides.
        (range(1, 2), "p_ppF"),
        (range(1, 5), "p _x4 F"),
        # A longer gap does not count towards the hold.
        (range(1, 6), "p _x5 px4 F"),
        (range(2, 7), "pp _x5 px3 F"),
        (range(2, 61), "pp _x59 px3 F"),
        # After more than an hour the hold begins anew.
        (range(2, 62), "pp _x60 px4 F"),
    ],
)
def test_missed_evaluations_of_a_pending_breach(missed: range, states: str) -> None:
    rule = replace(ABOVE_80, hold=4 * MINUTE)
    expected = picture(states)

    assert play(load("cpu", f"85x{len(expected)}"), rule, missed=missed) == expected


@pytest.mark.parametrize("missed", [range(1, 2), range(1, 61), range(1, 300)])
def test_what_fires_goes_on_firing_through_any_gap(missed: range) -> None:
    values = f"85x{len(missed) + 1} 85 50"

    assert play(load("cpu", values), missed=missed) == picture(f"F _x{len(missed)} F R")


def test_what_is_over_after_a_long_gap_is_resolved_by_the_fresh_value() -> None:
    values = "85x100 50"

    assert play(load("cpu", values), missed=range(1, 100)) == picture("F _x99 R")


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("remembered", [None, *REMEMBERED])
def test_a_repeat_for_the_same_instant_changes_nothing(
    remembered: OpenAlert | None, reading: Reading
) -> None:
    watch = replace(WATCH, previous=NOON)

    assert next_state(remembered, reading, ABOVE_80, watch, NOON) == Decision(Action.NOTHING)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("remembered", REMEMBERED)
def test_a_clock_set_back_keeps_every_alert(remembered: OpenAlert, reading: Reading) -> None:
    watch = replace(WATCH, previous=NOON + MINUTE)

    decision = next_state(remembered, reading, ABOVE_80, watch, NOON)

    assert decision == Decision(Action.KEEP, NOON - 10 * MINUTE)


@pytest.mark.parametrize("reading", READINGS)
def test_a_clock_set_back_begins_nothing(reading: Reading) -> None:
    watch = replace(WATCH, previous=NOON + SECOND)

    assert next_state(None, reading, ABOVE_80, watch, NOON) == Decision(Action.NOTHING)


def test_a_clock_set_back_before_the_breach_restarts_the_hold_and_goes_on() -> None:
    rule = replace(ABOVE_80, hold=3 * MINUTE)
    track = Track(rule)
    states = ""
    for minute in (0, 1, 2, -58, -57, -56, -55):
        track.evaluate(Observation(85.0, NOON), NOON + minute * MINUTE)
        states += track.letter

    assert states == "ppppppF"
    assert track.fired == [NOON - 55 * MINUTE]


def test_what_was_silent_stays_marked_when_the_clock_is_set_back() -> None:
    silent = replace(FIRING, no_data_since=NOON - 20 * MINUTE)
    watch = replace(WATCH, previous=NOON + MINUTE)

    assert next_state(silent, BREACH, ABOVE_80, watch, NOON).no_data_since == silent.no_data_since


def test_a_pending_breach_of_a_rule_without_memory_restarts_its_hold() -> None:
    decision = next_state(PENDING, BREACH, HELD_3_MINUTES, Watch(since=NOON), NOON)

    assert decision == Decision(Action.KEEP, held_from=NOON)


def test_a_hold_never_counts_from_the_future() -> None:
    """A row written under a clock that ran ahead must not delay the hold beyond the present."""
    ahead = replace(PENDING, held_from=NOON + HOUR)

    decision = next_state(ahead, UNKNOWN, HELD_3_MINUTES, WATCH, NOON)

    assert decision == Decision(Action.KEEP, held_from=NOON)
