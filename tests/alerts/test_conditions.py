"""One value against one threshold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation.conditions import holds
from alerts.models.choices import Condition

NUMBERS = st.floats(allow_nan=False, allow_infinity=True)


@pytest.mark.parametrize(
    ("condition", "below", "at", "above"),
    [
        (">", False, False, True),
        (">=", False, True, True),
        ("<", True, False, False),
        ("<=", True, True, False),
        ("==", False, True, False),
        ("!=", True, False, True),
    ],
)
def test_each_condition_holds_on_its_sides_of_the_threshold(
    condition: str, *, below: bool, at: bool, above: bool
) -> None:
    assert [holds(value, condition, 80.0) for value in (79.9, 80.0, 80.1)] == [below, at, above]


@pytest.mark.parametrize("condition", Condition.values)
@pytest.mark.parametrize(
    ("value", "threshold"), [(math.nan, 80.0), (80.0, math.nan), (math.nan, math.nan)]
)
def test_nan_matches_nothing(condition: str, value: float, threshold: float) -> None:
    assert not holds(value, condition, threshold)


@pytest.mark.parametrize(
    ("value", "threshold", "equal"),
    [
        (0.1 + 0.2, 0.3, True),
        (1e12 + 0.5, 1e12, True),
        (1e12 + 2, 1e12, False),
        (1 + 5e-13, 1.0, True),
        (1 + 2e-12, 1.0, False),
        (5e-13, 0.0, True),
        (2e-12, 0.0, False),
        (0.0, -0.0, True),
        (math.inf, math.inf, True),
        (math.inf, 80.0, False),
        (-math.inf, math.inf, False),
    ],
)
def test_equality_looks_at_twelve_digits(value: float, threshold: float, *, equal: bool) -> None:
    assert holds(value, "==", threshold) is equal
    assert holds(value, "!=", threshold) is not equal


@given(NUMBERS, NUMBERS)
def test_exactly_one_of_less_equal_and_greater_holds(value: float, threshold: float) -> None:
    assert [holds(value, condition, threshold) for condition in ("<", "==", ">")].count(True) == 1


@given(NUMBERS, NUMBERS)
def test_the_inclusive_conditions_are_made_of_the_others(value: float, threshold: float) -> None:
    less, equal, more = (holds(value, condition, threshold) for condition in ("<", "==", ">"))

    assert holds(value, "<=", threshold) is (less or equal)
    assert holds(value, ">=", threshold) is (more or equal)


@given(NUMBERS, NUMBERS)
def test_a_comparison_read_from_the_other_side_says_the_same(
    value: float, threshold: float
) -> None:
    assert holds(value, "<", threshold) is holds(threshold, ">", value)
    assert holds(value, "==", threshold) is holds(threshold, "==", value)


@pytest.mark.parametrize("condition", ["", "=", "=>", "<>", "> "])
def test_an_unknown_condition_is_refused_by_name(condition: str) -> None:
    with pytest.raises(ValueError, match=f"unknown condition '{condition}', expected one of > >="):
        holds(1.0, condition, 1.0)


@pytest.mark.parametrize("condition", Condition.values)
def test_every_condition_of_the_table_is_understood(condition: str) -> None:
    assert holds(1.0, condition, 1.0) is (condition in {">=", "<=", "=="})
