"""A series that stops reporting, as pictures and as single steps."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.evaluation.reading import NoData, Reading, Signal
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


SILENCES = [
    # Five minutes without a report are no silence: the newest value stands for them.
    (NoData.KEEP, "50x6 85 _x5 50", ".x6 Fx6 R"),
    (NoData.RESOLVE, "50x6 85 _x5 50", ".x6 Fx6 R"),
    (NoData.KEEP, "50x6 85 _x9 50", ".x6 Fx10 R"),
    (NoData.RESOLVE, "50x6 85 _x9 85", ".x6 Fx6 R .x3 F"),
    (NoData.FIRE, "50x6 _x7 50", ".x11 Fx2 R"),
    (NoData.FIRE, "50x6 85 _x9 50", ".x6 Fx10 R"),
    (NoData.KEEP, "50x6 _x9", ".x15"),
    (NoData.RESOLVE, "50x6 _x9", ".x15"),
    # A metric that nobody ever reported is judged once it was watched for long enough.
    (NoData.FIRE, "_x8 50", ".x6 Fx2 R"),
    (NoData.KEEP, "_x8", ".x8"),
    (NoData.RESOLVE, "_x8", ".x8"),
]


@pytest.mark.parametrize(("no_data", "values", "states"), SILENCES)
def test_silence_is_treated_as_the_policy_says(no_data: NoData, values: str, states: str) -> None:
    assert play(load("cpu", values), replace(ABOVE_80, no_data=no_data)) == picture(states)


@pytest.mark.parametrize(
    ("no_data", "values", "states"),
    [
        # The value counts for five minutes; then the hold stands still until the series reports again.
        (NoData.KEEP, "85 _x9 85x5", "px12 Fx3"),
        (NoData.RESOLVE, "85 _x9 85x9", "px6 .x4 px8 F"),
        (NoData.FIRE, "85 _x9", "px8 Fx2"),
    ],
)
def test_silence_while_pending(no_data: NoData, values: str, states: str) -> None:
    rule = replace(ABOVE_80, hold=8 * MINUTE, no_data=no_data)

    assert play(load("cpu", values), rule) == picture(states)


def test_a_pending_breach_whose_series_is_gone_for_an_hour_is_forgotten() -> None:
    rule = replace(ABOVE_80, hold=2 * HOUR)

    assert play(load("cpu", "85 _x61"), rule) == picture("px61 .")


def test_no_data_since_is_remembered_until_the_series_reports_again() -> None:
    track = Track()
    series = load("cpu", "85x6 _x8 85")
    since: list[object] = []
    for index in range(15):
        track.evaluate(series.newest(index), NOON + index * MINUTE)
        since.append(track.alert and track.alert.no_data_since)

    silent = NOON + 5 * MINUTE
    assert since == [None] * 11 + [silent] * 3 + [None]


def test_the_first_silence_that_was_seen_stays() -> None:
    """The series may vanish from the store altogether; since when it has been silent is known already."""
    firing = OpenAlert(Phase.FIRING, NOON - HOUR, no_data_since=NOON - 30 * MINUTE)

    reading = Reading(Signal.UNKNOWN, silent_since=NOON - 10 * MINUTE)
    decision = next_state(firing, reading, ABOVE_80, WATCH, NOON)

    assert decision == Decision(Action.KEEP, NOON - HOUR, NOON - 30 * MINUTE)


def test_a_resolution_by_silence_remembers_since_when() -> None:
    reading = Reading(Signal.OVER, silent_since=NOON - HOUR)

    decision = next_state(FIRING, reading, ABOVE_80, WATCH, NOON)

    assert decision == Decision(Action.RESOLVE, no_data_since=NOON - HOUR)


@pytest.mark.parametrize(
    ("gone_for", "action"), [(HOUR, Action.KEEP), (HOUR + SECOND, Action.FORGET)]
)
def test_a_pending_breach_is_forgotten_after_more_than_an_hour_of_silence(
    gone_for: timedelta, action: Action
) -> None:
    silent = replace(PENDING, no_data_since=NOON - gone_for)

    assert next_state(silent, UNKNOWN, HELD_3_MINUTES, WATCH, NOON).action is action


def test_what_fires_is_not_forgotten_however_long_its_series_is_gone() -> None:
    silent = replace(FIRING, no_data_since=NOON - timedelta(days=30))

    assert next_state(silent, UNKNOWN, ABOVE_80, WATCH, NOON).action is Action.KEEP


@pytest.mark.parametrize("no_data", [NoData.FIRE, NoData.RESOLVE])
def test_silence_right_after_an_outage_of_the_evaluation_proves_nothing(no_data: NoData) -> None:
    """The collectors were most likely down as well; they have five minutes to report."""
    rule = replace(ABOVE_80, no_data=no_data)
    before = {NoData.FIRE: "50", NoData.RESOLVE: "85"}[no_data]
    unchanged = {NoData.FIRE: ".", NoData.RESOLVE: "F"}[no_data]
    judged = {NoData.FIRE: "F", NoData.RESOLVE: "R"}[no_data]

    states = play(load("cpu", f"{before} _x99"), rule, missed=range(1, 90))

    assert states == picture(f"{unchanged} _x89 {unchanged}x6 {judged}") + states[97:]


@pytest.mark.parametrize(
    "remembered", [PENDING, replace(PENDING, phase=Phase.SNOOZED, resolved_at=NOON)]
)
def test_silence_that_is_the_breach_is_never_forgotten(remembered: OpenAlert) -> None:
    reading = Reading(Signal.BREACH, silent_since=NOON - timedelta(days=1))
    rule = replace(ABOVE_80, hold=2 * HOUR)

    assert next_state(remembered, reading, rule, WATCH, NOON).action is Action.KEEP


@pytest.mark.parametrize(
    ("remembered", "action"),
    [
        (PENDING, Action.FIRE),
        (FIRING, Action.KEEP),
        (replace(PENDING, phase=Phase.SNOOZED, resolved_at=NOON), Action.KEEP),
    ],
)
def test_silence_that_is_the_breach_says_since_when(remembered: OpenAlert, action: Action) -> None:
    reading = Reading(Signal.BREACH, silent_since=NOON - HOUR)

    decision = next_state(remembered, reading, HELD_3_MINUTES, WATCH, NOON)

    assert (decision.action, decision.no_data_since) == (action, NOON - HOUR)
