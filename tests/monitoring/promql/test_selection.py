"""Which samples a selector sees: lookback, offset, @, ranges, subqueries, what is read for them."""

from collections.abc import Sequence

import numpy as np
import pytest

from monitoring.promql.engine import Limits, instant_query
from monitoring.promql.errors import TooManySamplesError
from monitoring.promql.model import Columns, Vector
from monitoring.query.matchers import Matcher
from tests.monitoring.promql.asking import (
    MINUTE,
    NOON,
    PLENTY,
    at_noon,
    load,
    minutely,
    number_at_noon,
    until_noon,
)
from tests.monitoring.promql.memory import MemorySource, series

COUNTING = "m 0 1 2 3 4 5 6 7 8 9 10"


@pytest.mark.parametrize(("age_ms", "found"), [(0, True), (300_000, True), (300_001, False)])
def test_a_value_counts_for_five_minutes(age_ms: int, found: bool) -> None:  # noqa: FBT001 - a table
    source = MemorySource({series("m"): ([NOON - age_ms], [7.0])})

    assert at_noon("m", source) == ({"": 7.0} if found else {})


def test_a_value_of_the_future_is_not_seen() -> None:
    source = MemorySource({series("m"): ([NOON - 1, NOON + 1], [1.0, 2.0])})

    assert at_noon("m", source) == {"": 1.0}


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("m", 10.0),
        ("m offset 3m", 7.0),
        ("m @ end() offset 1m", 9.0),
        (f"m @ {(NOON - 4 * MINUTE) / 1_000}", 6.0),
        (f"m @ {(NOON - 4 * MINUTE) / 1_000} offset -1m", 7.0),
        ("count_over_time(m[3m])", 4.0),
        ("count_over_time(m[179999ms])", 3.0),
        ("sum_over_time(m[2m] offset 5m)", 12.0),
        ("max_over_time(sum(m)[4m:1m] offset 2m)", 8.0),
        ("count_over_time(m[4m:1m])", 5.0),
        ("count_over_time(m[4m:90s])", 3.0),
        ("count_over_time(m[4m:])", 5.0),
        (f"max_over_time(m[2m:1m] @ {(NOON - 5 * MINUTE) / 1_000})", 5.0),
        ("sum_over_time(max_over_time(m[1m])[2m:1m])", 27.0),
    ],
)
def test_offset_at_and_subqueries_move_what_is_seen(query: str, value: float) -> None:
    assert at_noon(query, load(COUNTING)) == {"": value}


def test_start_and_end_are_those_of_the_whole_query() -> None:
    source = load(COUNTING)

    assert until_noon("m @ start()", source, minutes=2) == {"": "8 8 8"}
    assert until_noon("max_over_time((m @ end())[2m:1m])", source, minutes=2) == {"": "10 10 10"}


def test_a_subquery_is_evaluated_at_multiples_of_its_step_from_the_first_in_the_window() -> None:
    source = MemorySource({series("m"): (list(range(NOON - 600_000, NOON, 1_000)), [1.0] * 600)})

    (found,) = instant_query("m[100s:30s]", source=source, at_ms=NOON, limits=PLENTY).at_ms[:1]  # type: ignore[union-attr]

    assert found % 30_000 == 0
    assert NOON - 100_000 <= found < NOON - 70_000


@pytest.mark.parametrize("inner", ["m", "rate(m[1m])", "m @ end()"])
def test_a_subquery_without_a_step_in_its_window_has_no_series(inner: str) -> None:
    source, half_past = load("m 1 2"), NOON + 30_000

    def ask(range_: str) -> int:
        query = f"count_over_time(({inner})[{range_}:1m])"
        found = instant_query(query, source=source, at_ms=half_past, limits=PLENTY)
        assert isinstance(found, Vector)
        return len(found.labels)

    assert (ask("29s"), ask("30s")) == (0, 1)


def test_a_range_vector_alone_is_its_samples() -> None:
    source = load("m{a=1} 1 2 3\nm{a=2} 4 _ _ _ _\nm{a=3} _ 5 _")

    found = instant_query("m[1m]", source=source, at_ms=NOON, limits=PLENTY)

    assert isinstance(found, Columns)
    assert found.labels == [series("m", a="1"), series("m", a="3")]
    assert found.values.tolist() == [2.0, 3.0, 5.0]
    assert found.at_ms.tolist() == [NOON - MINUTE, NOON, NOON - MINUTE]
    assert found.starts.tolist() == [0, 2, 3]


@pytest.mark.parametrize(
    ("query", "before", "after"),
    [
        ("m", 300_000, 0),
        ("rate(m[10m])", 600_000, 0),
        ("rate(m[10m] offset 1h)", 4_200_000, -3_600_000),
        ("m offset -1h", -3_300_000, 3_600_000),
    ],
)
def test_no_more_is_read_than_is_seen(query: str, before: int, after: int) -> None:
    source = load("m 1")

    at_noon(query, source)

    assert source.asked == [(NOON - before, NOON + after)]


class _Sparing(MemorySource):
    """Knows the last samples without a look at the others."""

    def newest(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int, /) -> Columns:
        found = super().newest(matchers, start_ms, end_ms)
        self.asked.clear()
        return found


@pytest.mark.parametrize(
    ("query", "minutes", "is_spared"),
    [
        ("m", 0, True),
        ("m offset 1m", 0, True),
        ("timestamp(m)", 0, True),
        ("m @ end()", 2, True),
        ("m", 1, False),
        ("m[2m:1m]", 0, False),
        ("last_over_time(m[2m])", 0, False),
    ],
)
def test_one_instant_needs_no_more_than_the_last_samples(
    query: str,
    minutes: int,
    is_spared: bool,  # noqa: FBT001 - a table
) -> None:
    samples = {series("m"): minutely("1 2 3 4")}
    source, plain = _Sparing(samples), MemorySource(samples)

    if minutes:
        found = until_noon(query, source, minutes=minutes)
        assert found == until_noon(query, plain, minutes=minutes) != {}
    else:
        one, other = (
            instant_query(query, source=each, at_ms=NOON, limits=PLENTY) for each in (source, plain)
        )
        assert isinstance(one, Vector | Columns)
        assert isinstance(other, Vector | Columns)
        assert one.values.tolist() == other.values.tolist() != []

    assert (not source.asked) == is_spared


def test_a_query_counts_one_sample_of_each_series_at_one_instant() -> None:
    source = load("m{a=1} 1 2 3 4 5\nm{a=2} 1 2 3 4 5\nm{a=3} _ 1 _ _ _ _ _ _")

    assert at_noon("m", source) == {"1": 5.0, "2": 5.0}
    # Two samples, two cells.
    assert instant_query("m", source=source, at_ms=NOON, limits=Limits(max_samples=4))
    with pytest.raises(TooManySamplesError):
        instant_query("m", source=source, at_ms=NOON, limits=Limits(max_samples=3))


def test_a_nan_that_is_a_result_is_not_the_absence_of_one() -> None:
    source = load("m{a=1} 0 0 1\nm{a=2} _ _ 1")

    assert until_noon("m / 0", source, minutes=2) == {"1": "nan nan inf", "2": "_ _ inf"}


def test_scalars_and_times() -> None:
    assert number_at_noon("time()") == NOON / 1_000
    assert number_at_noon("pi()") == np.pi
    assert number_at_noon('scalar(m{a="1"})', load("m{a=1} 5\nm{a=2} 6")) == 5.0
    assert np.isnan(number_at_noon("scalar(m)", load("m{a=1} 5\nm{a=2} 6")))
    assert np.isnan(number_at_noon("scalar(nothing)"))


def test_timestamps_are_those_of_the_samples_and_of_the_evaluation_for_what_is_computed() -> None:
    source = load("m 1 2 _")

    assert at_noon("timestamp(m)", source) == {"": (NOON - MINUTE) / 1_000}
    assert at_noon("timestamp((m))", source) == {"": (NOON - MINUTE) / 1_000}
    assert at_noon("timestamp(m + 0)", source) == {"": NOON / 1_000}
