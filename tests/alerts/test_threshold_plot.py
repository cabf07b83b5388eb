"""Curves against a threshold."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.threshold_plot import HEIGHT, MARGIN, MAX_POINTS, WIDTH, Samples, plot_of


def samples(*values: float, step: int = 1_000) -> Samples:
    return Samples(np.arange(len(values), dtype=np.int64) * step, np.array(values, np.float64))


def test_a_curve_spans_the_box_with_the_threshold_in_it() -> None:
    plot = plot_of([samples(0.0, 50.0, 100.0)], 50.0, start_ms=0, end_ms=2_000)

    assert plot is not None
    assert plot.curves == ("4,156 360,80 716,4",)
    assert (plot.threshold_y, plot.low, plot.high) == (HEIGHT / 2, 0.0, 100.0)


@pytest.mark.parametrize(("threshold", "y"), [(200.0, MARGIN), (-100.0, HEIGHT - MARGIN)])
def test_a_threshold_beyond_all_values_is_the_edge(threshold: float, y: float) -> None:
    plot = plot_of([samples(0.0, 100.0)], threshold, start_ms=0, end_ms=1_000)

    assert plot is not None
    assert plot.threshold_y == y


def test_samples_before_after_and_without_a_number_are_left_out() -> None:
    series = samples(1.0, 2.0, math.nan, math.inf, 5.0)

    plot = plot_of([series], 2.0, start_ms=1_000, end_ms=3_000)

    assert plot is not None
    assert (len(plot.curves[0].split()), plot.high) == (1, 2.0)


@pytest.mark.parametrize("series", [[], [samples()], [samples(math.nan)]])
def test_nothing_is_drawn_without_a_value(series: list[Samples]) -> None:
    assert plot_of(series, 1.0, start_ms=0, end_ms=1) is None


def test_a_span_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than zero"):
        plot_of([samples(1.0)], 1.0, start_ms=5, end_ms=5)


def test_a_peak_of_one_sample_survives_the_thinning() -> None:
    values = [0.0] * 10_000
    values[7_777] = 99.0

    plot = plot_of([samples(*values)], 50.0, start_ms=0, end_ms=9_999_000)

    assert plot is not None
    points = plot.curves[0].split()
    assert len(points) <= MAX_POINTS
    assert sum(point.endswith(f",{MARGIN:g}") for point in points) == 1


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FINITE, min_size=1, max_size=30), FINITE)
def test_every_point_lies_within_the_box(values: list[float], threshold: float) -> None:
    plot = plot_of([samples(*values)], threshold, start_ms=0, end_ms=30_000)

    assert plot is not None
    for point in plot.curves[0].split():
        x, y = map(float, point.split(","))
        assert MARGIN <= x <= WIDTH - MARGIN
        assert MARGIN <= y <= HEIGHT - MARGIN
