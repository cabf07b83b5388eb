"""Percentiles of many windows at once."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation import percentiles as percentiles_module
from alerts.evaluation.percentiles import percentiles

VALUES = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@pytest.mark.parametrize(
    ("percent", "expected"), [(0, 1.0), (50, 3.0), (75, 4.0), (95, 4.8), (100, 5.0)]
)
def test_a_percentile_lies_on_the_line_between_two_values(percent: float, expected: float) -> None:
    values = np.array([5.0, 1.0, 4.0, 2.0, 3.0])

    found = percentiles(values, np.array([0]), np.array([5]), percent)

    assert found == pytest.approx([expected])


@pytest.mark.parametrize("portion", [1, 3, 4, 7, 100])
def test_windows_are_the_same_in_however_many_portions(
    portion: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(percentiles_module, "_AT_A_TIME", portion)
    values, low = np.arange(10.0), np.arange(7)

    assert percentiles(values, low, low + 3, 50).tolist() == [1, 2, 3, 4, 5, 6, 7]


def test_nan_among_the_values_makes_nan_of_its_window_alone() -> None:
    values = np.array([1.0, math.nan, 3.0, 5.0])

    found = percentiles(values, np.array([0, 2]), np.array([2, 4]), 50)

    assert found == pytest.approx([math.nan, 4.0], nan_ok=True)


@given(
    st.lists(VALUES, min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 39), st.integers(1, 40)), min_size=1, max_size=8),
    st.floats(0, 100),
    st.integers(1, 50),
)
def test_percentiles_are_those_of_numpy_however_they_are_cut_into_portions(
    values: list[float], windows: list[tuple[int, int]], percent: float, portion: int
) -> None:
    low = np.array([min(start, len(values) - 1) for start, _ in windows])
    high = np.minimum(low + np.array([length for _, length in windows]), len(values))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(percentiles_module, "_AT_A_TIME", portion)
        found = percentiles(np.array(values), low, high, percent)

    expected = [np.percentile(values[a:b], percent) for a, b in zip(low, high, strict=True)]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-6)
