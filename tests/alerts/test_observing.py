"""From numbers of windows to observations."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.evaluation.observing import absence, observe
from alerts.evaluation.reading import NoData, Observation, Reading, Signal, read
from alerts.evaluation.watch import Watch
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON

SECOND = timedelta(seconds=1)
LONG_WATCHED = Watch(since=NOON - timedelta(days=1), previous=NOON - MINUTE)


@pytest.mark.parametrize("age", [timedelta(), 5 * MINUTE])
def test_of_an_empty_window_nothing_is_known_while_its_newest_sample_is_no_silence(
    age: timedelta,
) -> None:
    observation = observe(math.nan, NOON - age, 0, replace(ABOVE_80, no_data=NoData.FIRE), NOON)

    assert math.isnan(observation.value)
    assert (observation.seen_at, observation.samples) == (NOON - age, 0)


def test_of_a_window_that_has_long_been_empty_only_the_age_counts() -> None:
    rule = replace(ABOVE_80, no_data=NoData.FIRE, minimum_samples=3)
    seen_at = NOON - 5 * MINUTE - SECOND

    observation = observe(math.nan, seen_at, 0, rule, NOON)

    assert observation == Observation(0.0, seen_at, 0)
    assert read(observation, rule, LONG_WATCHED, NOON) == Reading(Signal.BREACH, seen_at)


@pytest.mark.parametrize("age", [timedelta(), timedelta(hours=1)])
def test_a_number_stays_what_it_is(age: timedelta) -> None:
    assert observe(7.0, NOON - age, 4, ABOVE_80, NOON) == Observation(7.0, NOON - age, 4)


@pytest.mark.parametrize(
    ("value", "watched", "expected"),
    [
        (1.0, 3 * MINUTE, 1.0),
        (1.0, 3 * MINUTE - SECOND, math.nan),
        (0.0, timedelta(), 0.0),
        (0.0, 3 * MINUTE, 0.0),
    ],
)
def test_absence_counts_once_the_whole_window_was_watched(
    value: float, watched: timedelta, expected: float
) -> None:
    found = absence(value, 3 * MINUTE, Watch(since=NOON - watched), NOON)

    assert found == pytest.approx(expected, nan_ok=True)
