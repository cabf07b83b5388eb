"""When what fires is over: recovery thresholds, alerts that are kept firing, series that flap."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.evaluation.reading import NoData, Observation, Reading, RuleTerms, Signal
from alerts.evaluation.state import Action, Decision, OpenAlert, Phase, next_state
from alerts.evaluation.watch import Watch
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON, load, picture
from tests.alerts.track import Track, play

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
BREACH, OVER, UNKNOWN = Reading(Signal.BREACH), Reading(Signal.OVER), Reading(Signal.UNKNOWN)
BETWEEN = Reading(Signal.BETWEEN)
WATCH = Watch(since=NOON - HOUR, previous=NOON - MINUTE)
OVER_BELOW_70 = replace(ABOVE_80, recovery_threshold=70.0)
KEPT_3_MINUTES = replace(ABOVE_80, keep_firing_for=3 * MINUTE)
KEPT = OpenAlert(Phase.FIRING, NOON - HOUR, over_since=NOON - 2 * MINUTE)


@pytest.mark.parametrize(
    ("values", "states"),
    [
        # Around the threshold it fires once, not each time.
        ("85 75 85 75 70 75 85", "F F F F R . F"),
        ("75x3", ".x3"),
        ("85 70.1 70", "F F R"),
        ("85 60", "F R"),
    ],
)
def test_what_fires_is_over_beyond_the_recovery_threshold(values: str, states: str) -> None:
    assert play(load("cpu", values), OVER_BELOW_70) == picture(states)


def test_the_recovery_threshold_of_a_rule_that_looks_below_lies_above() -> None:
    rule = replace(ABOVE_80, condition="<", threshold=10.0, recovery_threshold=20.0)

    assert play(load("free", "5 15 19.9 20 15"), rule) == picture("F F F R .")


def test_a_pending_breach_ends_at_the_threshold_itself() -> None:
    rule = replace(OVER_BELOW_70, hold=2 * MINUTE)

    assert play(load("cpu", "85 85 75 85x3 75 70"), rule) == picture("p p . p p F F R")


def test_a_snooze_holds_until_the_value_has_recovered() -> None:
    states = play(load("cpu", "85 75 85 70 85"), OVER_BELOW_70, resolved_after=0)

    assert states == picture("F z z . F")


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ("85 50x4 50", "F k k k R ."),
        # A breach in between begins it anew, and it is the same alert.
        ("85 50x3 85 50x4", "F k k k F k k k R"),
        ("85 50 85 50 85", "F k F k F"),
    ],
)
def test_an_alert_is_kept_firing_until_the_breach_has_been_over_for_long(
    values: str, states: str
) -> None:
    assert play(load("cpu", values), KEPT_3_MINUTES) == picture(states)


@pytest.mark.parametrize(("keep", "states"), [(179, "FkkkR"), (180, "FkkkR"), (181, "Fkkkk")])
def test_the_time_that_it_is_kept_is_met_to_the_second(keep: int, states: str) -> None:
    rule = replace(ABOVE_80, keep_firing_for=keep * SECOND)

    assert play(load("cpu", "85 50x4"), rule) == states


def test_a_value_between_the_thresholds_is_not_over() -> None:
    rule = replace(OVER_BELOW_70, keep_firing_for=2 * MINUTE)

    assert play(load("cpu", "85 60 75 60x3"), rule) == picture("F k F k k R")


@pytest.mark.parametrize(
    ("missed", "states"),
    [
        # Up to four missed evaluations are no gap, as for the hold; a longer gap does not count as over.
        (range(2, 6), "F k _x4 R"),
        (range(2, 7), "F k _x5 k k k R"),
        (range(3, 62), "F k k _x59 k k R"),
        # After more than an hour it begins anew.
        (range(3, 63), "F k k _x60 k k k R"),
    ],
)
def test_evaluations_that_were_missed_do_not_count_as_over(missed: range, states: str) -> None:
    expected = picture(states)
    values = f"85 50x{len(expected) - 1}"

    assert play(load("cpu", values), KEPT_3_MINUTES, missed=missed) == expected


def test_silence_does_not_count_as_over() -> None:
    """Five minutes the last value stands for the series; then nothing is known until it reports."""
    rule = replace(ABOVE_80, keep_firing_for=8 * MINUTE)

    assert play(load("cpu", "85 50 _x8 50x5"), rule) == picture("F k kx8 k k R . .")


def test_an_alert_that_is_kept_forgets_the_recovery_of_a_series_that_is_gone_for_an_hour() -> None:
    silent = replace(KEPT, no_data_since=NOON - HOUR)
    gone = replace(KEPT, no_data_since=NOON - HOUR - SECOND)

    kept = next_state(silent, UNKNOWN, KEPT_3_MINUTES, WATCH, NOON)
    forgotten = next_state(gone, UNKNOWN, KEPT_3_MINUTES, WATCH, NOON)

    assert kept == Decision(
        Action.KEEP,
        KEPT.held_from,
        NOON - HOUR,
        KEPT.over_since + MINUTE if KEPT.over_since else None,
    )
    assert forgotten == Decision(Action.KEEP, KEPT.held_from, NOON - HOUR - SECOND, None)


def test_silence_that_counts_as_over_is_kept_as_well() -> None:
    rule = replace(KEPT_3_MINUTES, no_data=NoData.RESOLVE)

    assert play(load("cpu", "85 _x10"), rule) == picture("Fx6 k k k R .")


@pytest.mark.parametrize("reading", [BREACH, BETWEEN])
def test_what_is_no_longer_over_clears_what_was_remembered(reading: Reading) -> None:
    decision = next_state(KEPT, reading, KEPT_3_MINUTES, WATCH, NOON)

    assert decision == Decision(Action.KEEP, KEPT.held_from)


def test_a_clock_set_back_leaves_what_was_over_but_not_in_the_future() -> None:
    watch = Watch(since=NOON - HOUR, previous=NOON + HOUR)
    ahead = replace(KEPT, over_since=NOON + MINUTE)

    assert next_state(KEPT, OVER, KEPT_3_MINUTES, watch, NOON).over_since == KEPT.over_since
    assert next_state(ahead, OVER, KEPT_3_MINUTES, watch, NOON).over_since == NOON


@pytest.mark.parametrize("restarted", [range(1), range(5), range(20)])
def test_a_restart_changes_nothing(restarted: range) -> None:
    rule = replace(KEPT_3_MINUTES, hold=2 * MINUTE, recovery_threshold=70.0)
    series = load("cpu", "85x4 60 60 75 60x4 85x2")

    states = play(series, rule, restarted_after=restarted)

    assert states == play(series, rule) == picture("p p F F k k F k k k R p p")


@pytest.mark.parametrize(
    ("firings", "states"),
    [
        (0, "F R F R F R F R"),
        (1, "F k k k k R . ."),
        (3, "F R F R F k F k"),
    ],
)
def test_a_series_that_fires_often_is_one_long_alert(firings: int, states: str) -> None:
    rule = replace(ABOVE_80, flap_quiet=4 * MINUTE)
    values = {1: "85 50x7"}.get(firings, "85 50 85 50 85 50 85 50")

    assert play(load("cpu", values), rule, flap_firings=firings) == picture(states)


@pytest.mark.parametrize(
    ("keep", "quiet", "resolved"), [(0, 4, 5), (4, 0, 5), (2, 5, 6), (5, 2, 6)]
)
def test_a_flapping_alert_waits_for_the_longer_of_both_times(
    keep: int, quiet: int, resolved: int
) -> None:
    rule = replace(ABOVE_80, keep_firing_for=keep * MINUTE, flap_quiet=quiet * MINUTE)

    states = play(load("cpu", "85 50x8"), rule, flap_firings=1)

    assert states.index("R") == resolved


def test_a_flapping_alert_is_quiet_after_ten_minutes_unless_a_rule_says_otherwise() -> None:
    assert play(load("cpu", "85 50x12"), flap_firings=1).index("R") == 11


def test_whether_it_flaps_does_not_matter_to_what_is_kept_otherwise() -> None:
    steady = replace(ABOVE_80, flap_quiet=10 * MINUTE)

    assert play(load("cpu", "85 50"), steady) == "FR"


def test_an_alert_remembers_over_since_until_it_breaches_again() -> None:
    track = Track(KEPT_3_MINUTES)
    seen = []
    for minute, value in enumerate([85.0, 50.0, 50.0, 85.0]):
        at = NOON + minute * MINUTE
        track.evaluate(Observation(value, at), at)
        seen.append(track.alert and track.alert.over_since)

    assert seen == [None, NOON + MINUTE, NOON + MINUTE, None]


@pytest.mark.parametrize("rule", [KEPT_3_MINUTES, ABOVE_80])
@pytest.mark.parametrize("reading", [UNKNOWN, BETWEEN, BREACH])
def test_nothing_but_fresh_evidence_resolves(rule: RuleTerms, reading: Reading) -> None:
    long_over = replace(KEPT, over_since=NOON - 3 * HOUR)

    assert next_state(long_over, reading, rule, WATCH, NOON).action is Action.KEEP
