"""One number for each group of series."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation.combining import combine, newest_of, samples_of, without_stale
from alerts.models.choices import Combine

WAYS = [each.value for each in Combine if each is not Combine.EACH]
MEMBERS = st.lists(st.tuples(st.integers(0, 4), st.one_of(st.just(math.nan), st.floats(-1e6, 1e6))))


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("sum", [6.0, -4.0]),
        ("avg", [2.0, -4.0]),
        ("min", [-1.0, -4.0]),
        ("max", [5.0, -4.0]),
        ("count", [3.0, 1.0]),
    ],
)
def test_each_way_leaves_out_what_is_not_known(how: str, expected: list[float]) -> None:
    values = np.array([2.0, -4.0, math.nan, 5.0, -1.0])
    groups = np.array([0, 1, 0, 0, 0])

    assert combine(values, groups, 2, how).tolist() == expected


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("how", WAYS)
def test_a_group_of_which_nothing_is_known_is_not_known(how: str) -> None:
    found = combine(np.array([math.nan, 1.0]), np.array([0, 2]), 3, how)

    assert np.isnan(found).tolist() == [True, True, False]


@pytest.mark.parametrize("how", ["", "each", "median"])
def test_an_unknown_way_is_refused_by_name(how: str) -> None:
    with pytest.raises(
        ValueError, match=f"unknown way to combine '{how}', expected one of sum avg"
    ):
        combine(np.array([1.0]), np.array([0]), 1, how)


@given(MEMBERS, st.sampled_from(WAYS))
def test_groups_at_once_are_the_same_as_one_by_one(
    members: list[tuple[int, float]], how: str
) -> None:
    values = np.array([value for _, value in members], np.float64)
    groups = np.array([group for group, _ in members], np.int64)

    found = combine(values, groups, 5, how)

    by_hand: dict[str, Callable[[list[float]], float]] = {
        "sum": sum,
        "min": min,
        "max": max,
        "count": len,
        "avg": lambda own: sum(own) / len(own),
    }
    for group in range(5):
        own = [value for number, value in members if number == group and not math.isnan(value)]
        expected = by_hand[how](own) if own else math.nan
        assert found[group] == pytest.approx(expected, nan_ok=True, rel=1e-9, abs=1e-6)


def test_the_newest_instant_of_a_group_is_that_of_its_newest_series() -> None:
    newest = newest_of(np.array([30, 10, -1, 20]), np.array([0, 0, 1, 2]), 4)

    assert newest.tolist() == [30, -1, 20, -1]


def test_the_samples_of_a_group_are_added_up() -> None:
    assert samples_of(np.array([3, 4, 5]), np.array([0, 2, 0]), 3).tolist() == [8, 0, 4]


def test_a_series_older_than_the_bound_leaves_its_group() -> None:
    values = without_stale(np.array([1.0, 2.0, 3.0]), np.array([99, 100, 101]), 100)

    assert np.isnan(values).tolist() == [True, False, False]
