"""Replays in which something is missing: reports, samples, series, evaluations."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from alerts.backtest.replay import replay as replay_samples
from alerts.backtest.spec import Clock, RuleSpec
from alerts.evaluation.fingerprint import OF_NOTHING
from alerts.evaluation.reading import NoData
from alerts.evaluation.watch import Watch
from alerts.evaluation.windows import Samples
from monitoring.types import MetricType, SeriesRef
from tests.alerts.backtest.replaying import PLAIN, clock_of, minutes, replay
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON


@pytest.mark.parametrize(
    ("no_data", "expected"),
    [(NoData.KEEP, (1, 9)), (NoData.RESOLVE, (1, 7)), (NoData.FIRE, (1, 9))],
)
def test_silence_is_treated_as_the_policy_says(
    no_data: NoData, expected: tuple[float, float]
) -> None:
    spec = replace(PLAIN, terms=replace(ABOVE_80, no_data=no_data))

    assert minutes(replay(spec, {"cpu": "50 85 _x7 50"})) == [expected]


def test_a_rule_that_finds_nothing_fires_on_silence_until_a_series_comes() -> None:
    spec = replace(PLAIN, terms=replace(ABOVE_80, no_data=NoData.FIRE))

    found = replay(spec, {"cpu{host=a}": "_x8 50 50"})

    assert minutes(found) == [(6, 8)]
    assert (found[0].fingerprint, found[0].value_at_fire, found[0].peak) == (OF_NOTHING, None, None)


def test_there_being_nothing_ends_with_the_first_of_several_series() -> None:
    spec = replace(PLAIN, terms=replace(ABOVE_80, no_data=NoData.FIRE))

    found = replay(spec, {"cpu{host=a}": "_x11 50", "cpu{host=b}": "_x8 50x4"})

    assert minutes(found) == [(6, 8)]


def test_an_alert_by_silence_has_no_value_though_the_last_one_was_a_breach() -> None:
    spec = replace(PLAIN, terms=replace(ABOVE_80, no_data=NoData.FIRE))
    before = Watch(since=NOON, previous=NOON + 9 * MINUTE)
    clock = Clock([NOON + 10 * MINUTE, NOON + 11 * MINUTE], MINUTE, before)

    (alert,) = replay(spec, {"cpu": "95"}, clock=clock)

    assert (minutes([alert]), alert.value_at_fire, alert.peak) == ([(10, None)], None, None)


def test_a_value_that_is_exactly_as_old_as_it_may_be_still_counts() -> None:
    clock = Clock([NOON + 5 * MINUTE], MINUTE)

    (alert,) = replay(PLAIN, {"cpu": "95"}, clock=clock)

    assert (minutes([alert]), alert.value_at_fire) == ([(5, None)], 95.0)


@pytest.mark.parametrize(("no_data", "expected"), [(NoData.KEEP, 11), (NoData.RESOLVE, 8)])
def test_an_empty_window_is_silence_once_its_newest_sample_is_old(
    no_data: NoData, expected: float
) -> None:
    terms = replace(ABOVE_80, no_data=no_data)
    spec = RuleSpec(terms, "avg", 3 * MINUTE)

    assert minutes(replay(spec, {"cpu": "85x3 _x8 50x3"})) == [(0, expected)]


def test_those_of_a_group_that_are_absent_can_be_added_up() -> None:
    spec = RuleSpec(replace(ABOVE_80, threshold=1.5), "absent", 3 * MINUTE, combine="sum")

    found = replay(
        spec, {"beat{host=a}": "1x3 _x20", "beat{host=b}": "1x5 _x16 1 1", "beat{host=c}": "1x23"}
    )

    assert minutes(found) == [(7, 21)]


def test_a_rule_without_any_series_can_be_tried() -> None:
    spec = replace(PLAIN, terms=replace(ABOVE_80, no_data=NoData.FIRE))

    assert minutes(replay(spec, {}, clock=clock_of(8))) == [(6, None)]
    assert replay(PLAIN, {}, clock=clock_of(8)) == []


def test_absence_fires_once_a_whole_window_was_watched() -> None:
    terms = replace(ABOVE_80, threshold=0.5)
    spec = RuleSpec(terms, "absent", 3 * MINUTE)

    assert minutes(replay(spec, {"beat": "1x5 _x4 1 1"})) == [(7, 9)]
    assert minutes(replay(spec, {}, clock=clock_of(5))) == [(3, None)]


def test_a_rule_that_was_watched_before_judges_silence_at_once() -> None:
    spec = replace(PLAIN, terms=replace(ABOVE_80, no_data=NoData.FIRE))
    before = Watch(since=NOON - timedelta(hours=1), previous=NOON - MINUTE)
    clock = Clock([NOON, NOON + MINUTE], MINUTE, before)

    assert minutes(replay(spec, {}, clock=clock)) == [(0, None)]


def test_too_few_samples_say_nothing() -> None:
    terms = replace(ABOVE_80, minimum_samples=2)
    spec = RuleSpec(terms, "avg", 3 * MINUTE)

    assert minutes(replay(spec, {"cpu": "95 95 50 50 50"})) == [(1, 2)]


def test_gaps_between_evaluations_do_not_count_towards_a_hold() -> None:
    spec = replace(PLAIN, terms=replace(ABOVE_80, hold=3 * MINUTE))
    clock = Clock([NOON + number * MINUTE for number in (0, 1, 8, 9, 10, 11)], MINUTE)

    assert minutes(replay(spec, {"cpu": "85x12"}, clock=clock)) == [(10, None)]


@pytest.mark.parametrize("instants", [[], [NOON, NOON], [NOON, NOON - MINUTE]])
def test_time_runs_forward(instants: list) -> None:  # type: ignore[type-arg]  # of whatever
    with pytest.raises(ValueError, match="instant"):
        Clock(instants, MINUTE)


def test_progress_is_told_from_series_to_series() -> None:
    shares: list[float] = []
    samples = Samples(np.zeros(4, np.int64), np.empty(0, np.int64), np.empty(0))
    refs = [SeriesRef(n, "cpu", "", MetricType.GAUGE, {"host": str(n)}) for n in range(3)]

    replay_samples(PLAIN, refs, samples, clock_of(1), shares.append)
    replay_samples(replace(PLAIN, combine="sum"), refs, samples, clock_of(1), shares.append)

    assert shares == [0.25, 0.5, 0.75, 1.0, 0.5]
