"""What one look at one series says."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from alerts.evaluation.reading import NoData, Observation, Reading, Signal, read
from alerts.evaluation.watch import Watch
from alerts.models.choices import NoDataPolicy
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON

SECOND = timedelta(seconds=1)
LONG_WATCHED = Watch(since=NOON - timedelta(days=1), previous=NOON - MINUTE)
POLICIES = [
    (NoData.KEEP, Signal.UNKNOWN),
    (NoData.FIRE, Signal.BREACH),
    (NoData.RESOLVE, Signal.OVER),
]


@pytest.mark.parametrize(("value", "signal"), [(80.0, Signal.OVER), (80.1, Signal.BREACH)])
@pytest.mark.parametrize("no_data", NoData)
def test_a_fresh_value_is_a_breach_or_it_is_over_whatever_the_policy(
    no_data: NoData, value: float, signal: Signal
) -> None:
    rule = replace(ABOVE_80, no_data=no_data)

    assert read(Observation(value, NOON), rule, LONG_WATCHED, NOON) == Reading(signal)


def test_a_value_from_the_near_future_is_fresh() -> None:
    observation = Observation(90.0, NOON + 4 * MINUTE)

    assert read(observation, ABOVE_80, LONG_WATCHED, NOON).signal is Signal.BREACH


@pytest.mark.parametrize(("no_data", "signal"), POLICIES)
def test_a_value_older_than_stale_after_is_silence(no_data: NoData, signal: Signal) -> None:
    rule = replace(ABOVE_80, no_data=no_data)
    last_seen = NOON - 5 * MINUTE

    assert read(Observation(90.0, last_seen), rule, LONG_WATCHED, NOON) == Reading(Signal.BREACH)
    silent = read(Observation(90.0, last_seen - SECOND), rule, LONG_WATCHED, NOON)
    assert silent == Reading(signal, silent_since=last_seen - SECOND)


@pytest.mark.parametrize(("no_data", "signal"), POLICIES)
def test_a_series_without_any_value_is_silent_since_the_watch_began(
    no_data: NoData, signal: Signal
) -> None:
    rule = replace(ABOVE_80, no_data=no_data)

    reading = read(None, rule, LONG_WATCHED, NOON)

    assert reading == Reading(signal, silent_since=LONG_WATCHED.since)


@pytest.mark.parametrize("no_data", NoData)
@pytest.mark.parametrize("seen_at", [None, NOON - timedelta(days=1)])
def test_silence_is_not_judged_before_it_lasted_through_the_run(
    no_data: NoData, seen_at: datetime | None
) -> None:
    observation = None if seen_at is None else Observation(90.0, seen_at)
    watch = Watch(since=NOON - 5 * MINUTE)

    assert read(observation, replace(ABOVE_80, no_data=no_data), watch, NOON) == Reading(
        Signal.UNKNOWN
    )


def test_silence_is_judged_a_second_later() -> None:
    watch = Watch(since=NOON - 5 * MINUTE - SECOND)
    rule = replace(ABOVE_80, no_data=NoData.FIRE)

    assert read(None, rule, watch, NOON).signal is Signal.BREACH


@pytest.mark.parametrize("seen_at", [NOON, NOON - timedelta(days=1)])
@pytest.mark.parametrize("no_data", NoData)
def test_nan_says_nothing(no_data: NoData, seen_at: datetime) -> None:
    rule = replace(ABOVE_80, no_data=no_data)

    assert read(Observation(math.nan, seen_at), rule, LONG_WATCHED, NOON) == Reading(Signal.UNKNOWN)


def test_the_policies_are_those_of_the_table() -> None:
    assert {policy.value for policy in NoData} == set(NoDataPolicy.values)


@pytest.mark.parametrize(
    ("value", "signal"),
    [
        (80.1, Signal.BREACH),
        (80.0, Signal.BETWEEN),
        (70.1, Signal.BETWEEN),
        (70.0, Signal.OVER),
    ],
)
def test_between_the_thresholds_it_is_neither_a_breach_nor_over(
    value: float, signal: Signal
) -> None:
    rule = replace(ABOVE_80, recovery_threshold=70.0)

    assert read(Observation(value, NOON), rule, LONG_WATCHED, NOON) == Reading(signal)


@pytest.mark.parametrize(
    ("samples", "signal"), [(2, Signal.UNKNOWN), (3, Signal.BREACH), (None, Signal.BREACH)]
)
def test_with_too_few_samples_nothing_is_known(samples: int | None, signal: Signal) -> None:
    rule = replace(ABOVE_80, minimum_samples=3)

    reading = read(Observation(90.0, NOON, samples), rule, LONG_WATCHED, NOON)

    assert reading == Reading(signal)


def test_no_number_of_samples_is_too_small_unless_a_rule_says_so() -> None:
    reading = read(Observation(90.0, NOON, 0), ABOVE_80, LONG_WATCHED, NOON)

    assert reading == Reading(Signal.BREACH)


def test_silence_is_silence_whatever_the_number_of_samples() -> None:
    rule = replace(ABOVE_80, minimum_samples=3, no_data=NoData.FIRE)
    last_seen = NOON - 6 * MINUTE

    reading = read(Observation(90.0, last_seen, 1), rule, LONG_WATCHED, NOON)

    assert reading == Reading(Signal.BREACH, silent_since=last_seen)


def test_a_series_may_have_thresholds_of_its_own() -> None:
    own = ABOVE_80.at_threshold(60.0, 50.0)

    assert (own.threshold, own.recovery_threshold) == (60.0, 50.0)
    assert replace(own, threshold=80.0, recovery_threshold=None) == ABOVE_80
    assert ABOVE_80.at_threshold(80.0, None) is ABOVE_80
