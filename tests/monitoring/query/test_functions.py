"""Arithmetic over series."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.query.functions import (
    downsample_min_max,
    group_sums,
    increase,
    mean,
    rate_per_second,
)

NUMBERS = st.floats(-1e9, 1e9)
CURVES = st.lists(st.tuples(st.integers(0, 10**6), NUMBERS), unique_by=lambda point: point[0])


def at(*seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([second * 1_000 for second in seconds], np.int64)


def of(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, np.float64)


@pytest.mark.parametrize(
    ("values", "grown"),
    [
        ([], 0.0),
        ([7], 0.0),
        ([7, 7], 0.0),
        ([7, 9], 2.0),
        ([1, 5, 9], 8.0),
        ([5, 9, 0, 3], 7.0),
        ([5, 9, 2, 3], 7.0),
        ([9, 0], 0.0),
        ([9, 4, 4], 4.0),
    ],
)
def test_a_counter_that_falls_has_begun_anew(values: list[float], grown: float) -> None:
    assert increase(at(*range(len(values))), of(*values)) == grown


@given(st.lists(st.integers(0, 1_000), min_size=1), st.data())
def test_restarts_lose_nothing_that_was_seen(steps: list[int], data: st.DataObject) -> None:
    """A counter that restarts right after it was read grows by the same as one that does not."""
    restarts = data.draw(st.sets(st.integers(1, len(steps) - 1))) if len(steps) > 1 else set()
    total, values, grown = 0, [], 0
    for place, step in enumerate(steps):
        total = step if place in restarts else total + step
        values.append(total)
        grown += step if place else 0
    # A restart that climbs beyond the value before it cannot be told from growth.
    hidden = any(place and values[place] >= values[place - 1] for place in restarts)

    if not hidden:
        assert increase(at(*range(len(steps))), of(*values)) == grown


def test_a_rate_is_growth_over_the_time_between_first_and_last() -> None:
    assert rate_per_second(at(10, 20, 40), of(5, 20, 35)) == 1.0


def test_a_rate_over_less_than_a_second_is_still_per_second() -> None:
    assert rate_per_second(at(10, 10.5), of(5, 6)) == 2.0


@pytest.mark.parametrize("seconds", [(), (5,), (5, 5)])
def test_there_is_no_rate_over_no_time(seconds: tuple[float, ...]) -> None:
    assert rate_per_second(at(*seconds), of(*seconds)) is None


def test_a_mean_of_nothing_is_nothing() -> None:
    assert mean(of()) is None
    assert mean(of(1, 2, 6)) == 3.0


@given(CURVES, st.integers(2, 20))
def test_a_thinned_curve_has_the_peaks_of_the_whole(
    points: list[tuple[int, float]], most: int
) -> None:
    points.sort()
    at_ms = np.array([point[0] for point in points], np.int64)
    values = np.array([point[1] for point in points], np.float64)

    thin_at, thin = downsample_min_max(at_ms, values, most)

    assert len(thin_at) == len(thin) <= max(most, 0)
    assert set(zip(thin_at.tolist(), thin.tolist(), strict=True)) <= set(points)
    assert thin_at.tolist() == sorted(set(thin_at.tolist()))
    if points:
        assert (thin.min(), thin.max()) == (values.min(), values.max())


@given(CURVES)
def test_a_curve_that_fits_is_left_alone(points: list[tuple[int, float]]) -> None:
    at_ms, values = at(*range(len(points))), of(*(value for _, value in points))

    thin_at, thin = downsample_min_max(at_ms, values, max(2, len(points)))

    assert (thin_at is at_ms, thin is values) == (True, True)


def test_each_stretch_of_time_keeps_its_own_peaks() -> None:
    at_ms = at(*range(10))
    values = of(0, 9, 1, 2, 3, 5, 5, -7, 6, 5)

    thin_at, thin = downsample_min_max(at_ms, values, 4)

    assert thin.tolist() == [0, 9, -7, 6]
    assert thin_at.tolist() == [0, 1_000, 7_000, 8_000]


def test_the_last_sample_is_no_stretch_of_its_own() -> None:
    thin_at, _ = downsample_min_max(np.arange(5), of(0, 9, 5, 0, 9), 4)

    assert thin_at.tolist() == [0, 1, 3, 4]


def test_a_flat_stretch_is_not_drawn_twice_at_one_instant() -> None:
    thin_at, thin = downsample_min_max(at(0, 1, 10), of(5, 5, 7), 2)

    assert thin.tolist() == [5, 7]
    assert len(set(thin_at.tolist())) == 2


@pytest.mark.parametrize("most", [1, 0, -1])
def test_a_curve_of_less_than_two_points_is_refused(most: int) -> None:
    with pytest.raises(ValueError, match="two points"):
        downsample_min_max(at(1, 2, 3), of(1, 2, 3), most)


def test_sums_are_by_group_in_the_order_of_appearance() -> None:
    sums = group_sums(["eu", "us", "eu"], [1.0, 2.0, 3.0])

    assert list(sums.items()) == [("eu", 4.0), ("us", 2.0)]


def test_a_sum_does_not_depend_on_the_order() -> None:
    values = [1e16, 1.0, -1e16, 0.1]

    assert group_sums([1] * 4, values)[1] == group_sums([1] * 4, values[::-1])[1] == 1.1


def test_groups_and_values_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        group_sums([1, 2], [1.0])


@given(st.lists(NUMBERS, min_size=1))
def test_a_mean_lies_between_the_extremes(values: list[float]) -> None:
    average = mean(of(*values))

    assert average is not None
    assert min(values) <= average <= max(values) or math.isclose(average, min(values))
