"""Latency histograms at their borders: what is refused, and where cells begin."""

import math

import pytest

from health.latency.histogram import RATIO, ZERO_CELL, LatencyHistogram, cell_of


@pytest.mark.parametrize("value", [-0.001, math.nan, math.inf, -math.inf])
def test_what_is_no_duration_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        LatencyHistogram.of([1, value])


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (0.0, ZERO_CELL),
        (5e-324, ZERO_CELL),
        (0.001, ZERO_CELL + 1),
        (1.0, 0),
        (1.01, 1),
        (1.021, 2),
    ],
)
def test_the_cell_of_a_duration(value: float, cell: int) -> None:
    assert cell_of(value) == cell


def test_no_time_at_all_is_zero() -> None:
    assert LatencyHistogram.of([0, 0, 0, 8]).quantile(0.75) == 0
    assert LatencyHistogram.of([0, 0, 0, 8]).count_within(0) == 3


@pytest.mark.parametrize("q", [-0.01, 1.01, math.nan])
def test_a_quantile_outside_zero_to_one_is_refused(q: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        LatencyHistogram.of([1]).quantile(q)


@pytest.mark.parametrize(
    ("bounds", "counts"),
    [
        ([10, 5], [1, 2]),
        ([10, 20], [2, 1]),
        ([10, math.nan], [1, 2]),
        ([-1], [0]),
        ([10], [-1]),
        ([10], [1, 2]),
        ([10, 20], [1]),
    ],
)
def test_buckets_that_fall_or_do_not_match_are_refused(
    bounds: list[float], counts: list[int]
) -> None:
    with pytest.raises(ValueError, match="bound"):
        LatencyHistogram.of_buckets(bounds, counts)


def test_a_bucket_of_no_width_is_one_value() -> None:
    histogram = LatencyHistogram.of_buckets([0, 10], [2, 4])

    assert histogram.quantile(0.5) == 0
    assert histogram.count_within(0) == 2
    assert histogram.quantile(0.75) == pytest.approx(5)


def test_empty_cells_are_not_written() -> None:
    histogram = LatencyHistogram({3: 0, 2: 1, 1: 4}, {(0.0, 5.0): 0, (5.0, math.inf): 2})

    assert histogram.to_json() == {
        "cells": [1, 2],
        "counts": [4, 1],
        "buckets": [[5.0, None, 2]],
    }


def test_a_fine_cell_is_two_percent_wide() -> None:
    assert RATIO == 1.02
    assert cell_of(RATIO**100 * 1.001) == 101
    assert cell_of(RATIO**100 * 0.999) == 100


def test_the_lowest_percentile_begins_at_the_first_bucket_that_holds_anything() -> None:
    assert LatencyHistogram.of_buckets([10, 20], [0, 5]).quantile(0) == 10


def test_rounding_does_not_lift_a_percentile_to_the_next_cell_among_many() -> None:
    """0.07 * 10,000 is 700.0000000000001 in doubles, and 700 lie in the first cell."""
    histogram = LatencyHistogram({0: 700, 50: 9_300})

    assert histogram.quantile(0.07) == pytest.approx(1.0, rel=0.01)


def test_cells_without_their_counts_are_not_read() -> None:
    with pytest.raises(ValueError, match="shorter"):
        LatencyHistogram.from_json({"cells": [1, 2], "counts": [3]})
