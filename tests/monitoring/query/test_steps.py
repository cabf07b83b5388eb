"""Aggregation by step is what the plainest loop over the samples would answer."""

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.query.steps import Aggregation, Function, Grid, Measured, across, over_time

Point = tuple[int, float]

NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))
CURVES = st.lists(
    st.lists(
        st.tuples(st.integers(0, 99), NUMBERS), unique_by=lambda point: point[0], max_size=20
    ).map(sorted),
    min_size=1,
    max_size=4,
)
GRID = Grid(20, 10, 6)  # 20 to 80
NAN = math.nan


def measured(*curves: Sequence[Point]) -> Measured:
    points = [(row, at, value) for row, curve in enumerate(curves) for at, value in curve]
    rows, at_ms, values = zip(*points, strict=True) if points else ((), (), ())
    return Measured(np.array(rows, np.int64), np.array(at_ms, np.int64), np.array(values, float))


def how(name: str, fraction: float = 0.5) -> Aggregation:
    return Aggregation(Function(name), fraction)


def stepped(function: str, *curves: Sequence[Point], fraction: float = 0.5) -> list[list[float]]:
    answer = over_time(measured(*curves), len(curves), GRID, how(function, fraction))
    return [[float(value) for value in row] for row in answer]


PLAIN: dict[str, Callable[[list[float]], float]] = {
    "avg": lambda values: math.fsum(values) / len(values),
    "min": min,
    "max": max,
    "sum": math.fsum,
    "count": len,
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
    "percentile": lambda values: float(np.percentile(values, 90)),
}


def naive(function: str, curve: Sequence[Point]) -> list[float]:
    answer = []
    for step in range(GRID.steps):
        low = GRID.start_ms + step * GRID.step_ms
        held = [value for at, value in curve if low <= at < low + GRID.step_ms]
        answer.append(PLAIN[function](held) if held else NAN)
    return answer


@pytest.mark.parametrize("function", PLAIN)
@given(CURVES)
def test_each_function_is_the_plain_one_of_the_samples_of_the_step(
    function: str, curves: list[list[Point]]
) -> None:
    answer = stepped(function, *curves, fraction=0.9)

    for row, curve in zip(answer, curves, strict=True):
        assert row == pytest.approx(naive(function, curve), nan_ok=True, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("function", ["avg", "min", "max", "sum", "count", "percentile"])
@given(CURVES)
def test_a_group_is_one_bag_of_samples(function: str, curves: list[list[Point]]) -> None:
    groups = np.array([row % 2 for row in range(len(curves))], np.int64)
    bags = [
        sorted(itertools.chain(*curves[place::2]), key=lambda point: point[0]) for place in (0, 1)
    ]

    answer = over_time(measured(*curves), 2, GRID, how(function, 0.9), groups=groups)

    for row, bag in zip(answer.tolist(), bags, strict=True):
        assert row == pytest.approx(naive(function, bag), nan_ok=True, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("at", "step"), [(19, None), (20, 0), (29, 0), (30, 1), (79, 5), (80, None), (0, None)]
)
def test_a_step_holds_its_beginning_and_not_its_end(at: int, step: int | None) -> None:
    (row,) = stepped("count", [(at, 1.0)])

    assert [place for place, value in enumerate(row) if value == 1] == (
        [] if step is None else [step]
    )


@pytest.mark.parametrize(
    ("start", "end", "grid"),
    [
        (20, 80, Grid(20, 10, 6)),
        (21, 80, Grid(20, 10, 6)),
        (29, 79, Grid(20, 10, 6)),
        (30, 81, Grid(30, 10, 6)),
        (30, 31, Grid(30, 10, 1)),
        (30, 30, Grid(30, 10, 0)),
    ],
)
def test_a_grid_has_the_whole_steps_around_a_span(start: int, end: int, grid: Grid) -> None:
    assert Grid.covering(start, end, 10) == grid


def test_a_grid_knows_its_instants_and_its_end() -> None:
    assert GRID.instants().tolist() == [20, 30, 40, 50, 60, 70]
    assert GRID.end_ms == 80


@pytest.mark.parametrize(
    ("function", "expected"),
    [("avg", 4.0), ("sum", 16.0), ("min", 6.0), ("max", 10.0), ("count", 4.0), ("last", 6.0)],
)
def test_a_bucket_counts_as_many_samples_as_it_holds(function: str, expected: float) -> None:
    samples = Measured(
        np.zeros(2, np.int64),
        np.array([20, 25]),
        np.array([10.0, 6.0]),
        np.array([3.0, 1.0]),
    )

    assert over_time(samples, 1, GRID, how(function))[0, 0] == expected


def test_the_weight_of_a_bucket_follows_it_into_its_group_and_step() -> None:
    samples = Measured(
        np.array([0, 1, 1]),
        np.array([35, 10, 25]),
        np.array([10.0, 99.0, 6.0]),
        np.array([5.0, 9.0, 3.0]),
    )

    answer = over_time(samples, 1, GRID, how("avg"), groups=np.zeros(2, np.int64))

    assert answer[0, :2].tolist() == [2.0, 2.0]


def test_nothing_measured_is_a_grid_of_nothing() -> None:
    answer = over_time(measured(), 2, GRID, how("avg"))

    assert answer.shape == (2, 6)
    assert np.isnan(answer).all()


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("sum", [4, 2, NAN]),
        ("avg", [2, 2, NAN]),
        ("min", [1, 2, NAN]),
        ("max", [3, 2, NAN]),
        ("count", [2, 1, NAN]),
        ("percentile", [2.5, 2, NAN]),
    ],
)
def test_across_series_only_those_count_that_have_a_value(
    function: str, expected: list[float]
) -> None:
    values = np.array([[1, NAN, NAN], [7, 8, NAN], [3, 2, NAN]], float)

    answer = across(values, np.array([1, 0, 1]), 2, how(function, 0.75))

    assert answer[1].tolist() == pytest.approx(expected, nan_ok=True)
    assert answer[0].tolist() == pytest.approx(
        [1, 1, NAN] if function == "count" else [7, 8, NAN], nan_ok=True
    )


@given(CURVES, st.floats(0, 1))
def test_a_percentile_lies_between_the_extremes(curves: list[list[Point]], fraction: float) -> None:
    lows, highs = stepped("min", *curves), stepped("max", *curves)

    for row, low, high in zip(
        stepped("percentile", *curves, fraction=fraction), lows, highs, strict=True
    ):
        for value, least, most in zip(row, low, high, strict=True):
            assert math.isnan(value) or least - 1e-6 <= value <= most + 1e-6
