"""Growth of counters by step: what was there before, what begins, what restarts, what is silent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sales.business.growth import growth_since

NAN = float("nan")


def growth(row: list[float], first: int, *, from_zero: bool = False) -> float:
    values: NDArray[np.float64] = np.array([row], float)
    return float(growth_since(values, first, from_zero=np.array([from_zero]))[0])


@pytest.mark.parametrize(
    ("row", "first", "from_zero", "grown"),
    [
        ([10, 12, 15], 1, False, 5),
        ([10, 12, 15], 1, True, 5),  # it was there before, whoever made it
        ([NAN, 12, 15], 1, False, 3),
        ([NAN, 12, 15], 1, True, 15),
        ([NAN, 12, 15], 0, True, 15),
        ([10, NAN, 15], 1, False, 5),
        ([10, NAN, NAN], 1, False, 0),
        ([NAN, NAN, NAN], 1, False, 0),
        ([NAN, NAN, NAN], 1, True, 0),
        ([10, 12, 3, 5], 1, False, 7),  # restarted: 2 before, then 3 and 2
        ([10, 9, 9], 1, False, 9),
        ([7, 7, 7], 2, False, 0),
        ([4, NAN, NAN, 9], 2, False, 5),
        ([5.0], 0, True, 5),
        ([5.0], 0, False, 0),
    ],
)
def test_growth_is_what_came_on_top(
    row: list[float], first: int, grown: float, *, from_zero: bool
) -> None:
    assert growth(row, first, from_zero=from_zero) == grown


def test_each_series_is_for_itself() -> None:
    values = np.array([[1, 3], [NAN, 4], [NAN, 4]], float)

    grown = growth_since(values, 1, from_zero=np.array([False, True, False]))

    assert grown.tolist() == [2, 4, 0]


@pytest.mark.parametrize("first", [-1, 2])
def test_a_step_outside_is_refused(first: int) -> None:
    with pytest.raises(ValueError, match=f"there is no step {first} among 2"):
        growth([1, 2], first)


@given(
    increments=st.lists(st.one_of(st.just(NAN), st.integers(0, 1_000)), min_size=2, max_size=40),
    data=st.data(),
)
def test_the_growths_of_two_parts_add_up_to_that_of_the_whole(
    increments: list[float], data: st.DataObject
) -> None:
    """A series that never restarts, with gaps: cut anywhere, nothing is lost and nothing counts twice."""
    totals, total = [], 0.0
    for increment in increments:
        total += 0 if np.isnan(increment) else increment
        totals.append(NAN if np.isnan(increment) else total)
    cut = data.draw(st.integers(1, len(totals) - 1))

    whole = growth(totals, 0, from_zero=True)

    assert whole == total
    assert growth(totals[:cut], 0, from_zero=True) + growth(totals, cut, from_zero=True) == whole
