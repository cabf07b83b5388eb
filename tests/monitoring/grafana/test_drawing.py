"""Points of curves."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitoring.grafana.drawing import Drawn, by_step, peaks_by_step, thinned
from monitoring.query.grouping import Curve
from monitoring.query.range import SeriesSamples
from monitoring.query.steps import Aggregation, Function, Grid, Measured, over_time
from monitoring.types import MetricType, SeriesRef

NAN = math.nan
SERIES = SeriesRef(1, "cpu", "s", MetricType.GAUGE, {})
CURVE = Curve("cpu", "s", {})
POINTS = st.lists(
    st.tuples(st.integers(0, 5_999), st.floats(-1e6, 1e6)),
    unique_by=lambda point: point[0],
    min_size=1,
    max_size=60,
).map(sorted)


def stepped(*values: float) -> list[Drawn]:
    return by_step([CURVE], Grid(0, 10, len(values)), np.array([values]))


def test_a_step_stands_at_its_beginning() -> None:
    assert stepped(1, 2) == [Drawn(CURVE, [0, 10], [1, 2])]


def test_a_gap_breaks_the_line_once() -> None:
    assert stepped(1, NAN, NAN, NAN, 2, NAN, 3) == [
        Drawn(CURVE, [0, 10, 40, 50, 60], [1, None, 2, None, 3])
    ]


def test_before_and_after_the_samples_there_is_no_gap() -> None:
    assert stepped(NAN, NAN, 1, NAN) == [Drawn(CURVE, [20], [1])]


def test_a_curve_without_a_value_is_none() -> None:
    assert stepped(NAN, NAN) == []


@given(POINTS, st.integers(2, 20))
def test_the_highest_and_the_lowest_value_survive_thinning(
    points: list[tuple[int, float]], most: int
) -> None:
    at_ms, values = (np.array(column) for column in zip(*points, strict=True))

    drawn = thinned(SeriesSamples(SERIES, at_ms, values), most)

    kept = [value for value in drawn.values if value is not None]
    assert (min(kept), max(kept)) == (values.min(), values.max())
    assert len(drawn.values) <= most


@given(POINTS, st.sampled_from([100, 250, 1_000, 6_000]))
def test_the_highest_and_the_lowest_value_survive_steps(
    points: list[tuple[int, float]], step_ms: int
) -> None:
    at_ms, values = (np.array(column) for column in zip(*points, strict=True))
    grid = Grid.covering(0, 6_000, step_ms)
    measured = Measured(np.zeros(len(at_ms), np.int64), at_ms, values)
    low, high = (
        over_time(measured, 1, grid, Aggregation(function))
        for function in (Function.MIN, Function.MAX)
    )

    (drawn,) = peaks_by_step([SERIES], grid, low, high)

    kept = [value for value in drawn.values if value is not None]
    assert (min(kept), max(kept)) == (values.min(), values.max())
    assert drawn.at_ms == sorted(set(drawn.at_ms))
    assert len(kept) <= 2 * grid.steps


def test_a_flat_step_has_one_point_and_an_empty_one_none() -> None:
    low, high = np.array([[1.0, NAN, 2.0]]), np.array([[1.0, NAN, 3.0]])

    assert peaks_by_step([SERIES], Grid(0, 10, 3), low, high) == [
        Drawn(SERIES, [0, 20, 25], [1, 2, 3])
    ]


def test_a_series_without_samples_has_no_curve() -> None:
    empty = np.full((1, 3), NAN)

    assert peaks_by_step([SERIES], Grid(0, 10, 3), empty, empty) == []
