"""The screen finds exactly what the arithmetic of one series would call a breach. Pure."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation.reading import NoData, Observation, RuleTerms, Signal, read
from alerts.evaluation.watch import Watch
from alerts.services import screening
from alerts.services.screening import Suspect, screen
from monitoring.query.newest import ceil_ms
from monitoring.storage.instants import from_ms, to_ms
from tests.alerts.factories import NOON

STALE_AFTER = timedelta(minutes=5)
AT = NOON + timedelta(microseconds=500)
# A watch that lasts long enough for every silence to count.
WATCH = Watch(since=NOON - timedelta(days=1), previous=NOON - timedelta(minutes=1))
EDGE_MS = to_ms(AT - STALE_AFTER)

VALUES = st.sampled_from([0.0, 79.9, 80.0, 80.0 + 1e-12, 80.1, -1.0, np.nan, np.inf, -np.inf])
INSTANTS = st.sampled_from([EDGE_MS - 1, EDGE_MS, EDGE_MS + 1, to_ms(AT), to_ms(AT) + 60_000])
SERIES = st.lists(st.tuples(VALUES, INSTANTS), min_size=1, max_size=6)
RULES = st.tuples(
    st.sampled_from([">", ">=", "<", "<=", "==", "!="]),
    st.sampled_from([0.0, 80.0]),
    st.sampled_from(list(NoData)),
    st.booleans(),
)


def terms_of(condition: str, threshold: float, no_data: NoData) -> RuleTerms:
    minute = timedelta(minutes=1)
    return RuleTerms(
        condition, threshold, timedelta(), no_data, minute, STALE_AFTER, timedelta(hours=1)
    )


@given(series=SERIES, rules=st.lists(RULES, min_size=1, max_size=5), at_once=st.integers(1, 12))
def test_a_key_is_found_if_and_only_if_it_is_a_breach(
    series: list[tuple[float, int]],
    rules: list[tuple[str, float, NoData, bool]],
    at_once: int,
) -> None:
    keys = np.arange(len(series))
    suspects, expected = [], {}
    for number, (condition, threshold, no_data, has_own) in enumerate(rules):
        own = np.where(keys % 2, threshold, threshold + 0.1) if has_own else None
        suspects.append(
            Suspect(
                number,
                keys,
                condition,
                threshold,
                own,
                ceil_ms(AT - STALE_AFTER),
                no_data is NoData.FIRE,
            )
        )
        expected[number] = [
            key
            for key, (value, newest_ms) in enumerate(series)
            if read(
                Observation(value, from_ms(newest_ms)),
                terms_of(condition, threshold if own is None else float(own[key]), no_data),
                WATCH,
                AT,
            ).signal
            is Signal.BREACH
        ]
    before, screening.PAIRS_AT_ONCE = screening.PAIRS_AT_ONCE, at_once
    try:
        found = screen(
            suspects,
            np.array([value for value, _ in series]),
            np.array([newest_ms for _, newest_ms in series], np.int64),
        )
    finally:
        screening.PAIRS_AT_ONCE = before

    # A silent series whose value is NaN is silence here, and nothing known there: it is decided one by one anyway.
    for number, keys_found in found.items():
        extra = set(keys_found) - set(expected[number])
        assert all(np.isnan(series[key][0]) for key in extra)
    assert all(set(breached) <= set(found.get(number, ())) for number, breached in expected.items())


def suspect(number: int, keys: list[int], *, fires_on_silence: bool = False) -> Suspect:
    return Suspect(number, np.array(keys, np.int64), ">", 80.0, None, 1_000, fires_on_silence)


def test_each_rule_looks_at_its_own_keys() -> None:
    values, newest = np.array([90.0, 10.0, 90.0]), np.full(3, 2_000)

    found = screen([suspect(7, [0, 1]), suspect(3, []), suspect(5, [1, 2])], values, newest)

    assert found == {7: [0], 5: [2]}


@pytest.mark.parametrize(("newest_ms", "found"), [(-1, {}), (0, {0: [0]}), (999, {0: [0]})])
def test_what_never_was_reported_is_no_silence(newest_ms: int, found: dict[int, list[int]]) -> None:
    judge = suspect(0, [0], fires_on_silence=True)

    assert screen([judge], np.array([0.0]), np.array([newest_ms])) == found


@pytest.mark.parametrize(("newest_ms", "found"), [(999, {}), (1_000, {0: [0]})])
def test_a_value_counts_until_it_is_older_than_the_limit(
    newest_ms: int, found: dict[int, list[int]]
) -> None:
    assert screen([suspect(0, [0])], np.array([90.0]), np.array([newest_ms])) == found


def test_without_rules_nothing_is_found() -> None:
    assert screen([], np.empty(0), np.empty(0, np.int64)) == {}
