"""One number from the samples of a window."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation.windows import (
    Aggregated,
    Samples,
    Spans,
    aggregate,
    aggregate_spans,
    week_change,
)
from alerts.models.choices import Aggregation

OF_A_WINDOW = [each.value for each in Aggregation if each is not Aggregation.WEEK_CHANGE]
VALUES = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
SERIES = st.lists(st.dictionaries(st.integers(0, 60), VALUES, max_size=20), max_size=5)


def samples_of(*series: dict[int, float]) -> Samples:
    """Return the samples of series written as {instant in ms: value}."""
    lengths = [0, *(len(each) for each in series)]
    ordered = [sorted(each.items()) for each in series]
    return Samples(
        np.cumsum(lengths).astype(np.int64),
        np.array([at for each in ordered for at, _ in each], np.int64),
        np.array([value for each in ordered for _, value in each], np.float64),
    )


def one(aggregation: str, series: dict[int, float], start: int = 0, end: int = 60_000) -> float:
    return float(aggregate(samples_of(series), aggregation, start, end).values[0])


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        ("last", 4.0),
        ("avg", 4.0),
        ("min", 1.0),
        ("max", 8.0),
        ("sum", 16.0),
        ("count", 4.0),
        ("increase", 2 + 5 + 4),
        ("rate", 11 / 30),
        ("p50", 3.5),
        ("p95", 4 + (8 - 4) * 0.85),
        ("p99", 4 + (8 - 4) * 0.97),
        ("absent", 0.0),
    ],
)
def test_each_aggregation_of_four_samples(aggregation: str, expected: float) -> None:
    series = {10_000: 1.0, 20_000: 3.0, 30_000: 8.0, 40_000: 4.0}

    assert one(aggregation, series) == pytest.approx(expected)


@pytest.mark.parametrize("aggregation", OF_A_WINDOW)
def test_of_an_empty_window_nothing_is_known_but_absence(aggregation: str) -> None:
    found = aggregate(samples_of({5: 1.0}, {}), aggregation, 10, 20)

    assert found.values == pytest.approx(
        [1.0, 1.0] if aggregation == "absent" else [math.nan] * 2, nan_ok=True
    )
    assert (found.count.tolist(), found.newest_ms.tolist()) == ([0, 0], [-1, -1])


@pytest.mark.parametrize("aggregation", OF_A_WINDOW)
def test_no_series_at_all_is_no_number_at_all(aggregation: str) -> None:
    assert len(aggregate(samples_of(), aggregation, 0, 10).values) == 0


@pytest.mark.parametrize(("at", "count"), [(10, 0), (11, 1), (20, 1), (21, 0)])
def test_a_window_begins_after_its_start_and_includes_its_end(at: int, count: int) -> None:
    found = aggregate(samples_of({at: 5.0}), "last", 10, 20)

    assert found.count.tolist() == [count]
    assert found.newest_ms.tolist() == [at if count else -1]


@pytest.mark.parametrize("aggregation", ["increase", "rate"])
def test_growth_needs_two_samples(aggregation: str) -> None:
    assert math.isnan(one(aggregation, {10: 5.0}))
    assert one(aggregation, {10: 5.0, 20: 5.0}) == 0.0


def test_the_sample_of_a_lonely_series_grows_by_nothing_that_follows_it() -> None:
    found = aggregate(samples_of({1: 1.0, 2: 2.0}, {1: 50.0}, {1: 60.0}), "increase", 0, 10)

    assert found.values == pytest.approx([1.0, math.nan, math.nan], nan_ok=True)


def test_a_counter_that_fell_began_at_zero() -> None:
    assert one("increase", {1: 100.0, 2: 103.0, 3: 4.0, 4: 4.0, 5: 6.0}) == 3 + 4 + 0 + 2


def test_the_step_from_one_series_to_the_next_is_nobodys_growth() -> None:
    found = aggregate(samples_of({1: 1.0, 2: 2.0}, {1: 50.0, 2: 51.0}), "increase", 0, 10)

    assert found.values.tolist() == [1.0, 1.0]


def test_each_average_is_of_its_own_samples() -> None:
    assert aggregate(
        samples_of({1: 1.0, 2: 2.0}, {3: 7.0, 4: 9.0}), "avg", 0, 10
    ).values.tolist() == [1.5, 8.0]


def test_a_rate_is_a_second() -> None:
    assert one("rate", {0: 0.0, 1_000: 1.0, 31_000: 91.0}, start=-1) == pytest.approx(91 / 31)


def test_samples_of_one_instant_have_no_rate() -> None:
    at_once = Samples(np.array([0, 2]), np.array([7, 7]), np.array([1.0, 5.0]))

    assert np.isnan(aggregate(at_once, "rate", 0, 10).values).all()
    assert aggregate(at_once, "increase", 0, 10).values.tolist() == [4.0]


def test_nan_among_the_samples_makes_nan() -> None:
    series = {1: 1.0, 2: math.nan, 3: 3.0}

    unknown = [each for each in OF_A_WINDOW if math.isnan(one(each, series))]

    assert set(OF_A_WINDOW) - set(unknown) == {"last", "count", "absent"}


def test_infinities_that_cancel_out_say_nothing() -> None:
    assert math.isnan(one("sum", {1: math.inf, 2: -math.inf}))
    assert math.isnan(one("increase", {1: math.inf, 2: math.inf}))


@pytest.mark.parametrize("aggregation", ["", "week_change", "mean"])
def test_an_unknown_aggregation_is_refused_by_name(aggregation: str) -> None:
    with pytest.raises(
        ValueError, match=f"unknown aggregation '{aggregation}', expected one of last avg"
    ):
        aggregate(samples_of({1: 1.0}), aggregation, 0, 10)


def naive(aggregation: str, values: list[float], at_ms: list[int]) -> float:
    """The same, as one would write it for one series by hand."""
    steps = [after if after < before else after - before for before, after in pairwise(values)]
    if aggregation == "absent":
        return float(not values)
    if not values or (aggregation in {"increase", "rate"} and len(values) < 2):
        return math.nan
    by_name: dict[str, Callable[[], float]] = {
        "last": lambda: values[-1],
        "avg": lambda: sum(values) / len(values),
        "min": lambda: min(values),
        "max": lambda: max(values),
        "sum": lambda: sum(values),
        "count": lambda: float(len(values)),
        "increase": lambda: sum(steps),
        "rate": lambda: sum(steps) / ((at_ms[-1] - at_ms[0]) / 1_000),
        "p50": lambda: float(np.percentile(values, 50)),
        "p95": lambda: float(np.percentile(values, 95)),
        "p99": lambda: float(np.percentile(values, 99)),
    }
    return by_name[aggregation]()


@given(SERIES, st.integers(-5, 65), st.integers(0, 70), st.sampled_from(OF_A_WINDOW))
def test_many_series_at_once_are_the_same_as_one_by_one(
    series: list[dict[int, float]], start: int, length: int, aggregation: str
) -> None:
    found = aggregate(samples_of(*series), aggregation, start, start + length)

    for row, each in enumerate(series):
        inside = [at for at in sorted(each) if start < at <= start + length]
        expected = naive(aggregation, [each[at] for at in inside], inside)
        assert found.values[row] == pytest.approx(expected, nan_ok=True, rel=1e-9, abs=1e-6)
        assert found.count[row] == len(inside)
        assert found.newest_ms[row] == (inside[-1] if inside else -1)


@given(
    st.dictionaries(st.integers(0, 60), VALUES, min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), min_size=1, max_size=10),
    st.sampled_from(OF_A_WINDOW),
)
def test_windows_that_overlap_say_what_each_says_alone(
    series: dict[int, float], windows: list[tuple[int, int]], aggregation: str
) -> None:
    samples = samples_of(series)
    ends = np.array([start + length for start, length in windows])
    starts = np.array([start for start, _ in windows])
    low = np.searchsorted(samples.at_ms, starts, side="right")
    high = np.searchsorted(samples.at_ms, ends, side="right")

    together = aggregate_spans(samples, aggregation, Spans(low, high))

    alone = [
        aggregate(samples, aggregation, start, start + length).values[0]
        for start, length in windows
    ]
    np.testing.assert_array_equal(together.values, alone)


def aggregated(value: float, count: int = 10, newest: int = 5) -> Aggregated:
    return Aggregated(np.array([value]), np.array([count]), np.array([newest]))


@pytest.mark.parametrize(
    ("now", "then", "percent"),
    [
        (150.0, 100.0, 50.0),
        (50.0, 100.0, -50.0),
        (100.0, 100.0, 0.0),
        (-50.0, -100.0, 50.0),
        (0.0, 0.0, 0.0),
        (0.0, 10.0, -100.0),
        (5.0, 0.0, math.nan),
        (math.nan, 10.0, math.nan),
        (10.0, math.nan, math.nan),
        (math.nan, 0.0, math.nan),
    ],
)
def test_the_change_against_last_week_is_in_percent(
    now: float, then: float, percent: float
) -> None:
    change = week_change(aggregated(now), aggregated(then))

    assert change.values == pytest.approx([percent], nan_ok=True)


def test_a_change_is_as_new_as_its_newer_window_and_has_the_samples_of_the_poorer() -> None:
    change = week_change(aggregated(1.0, count=10, newest=99), aggregated(1.0, count=3, newest=7))

    assert (change.count.tolist(), change.newest_ms.tolist()) == ([3], [99])
