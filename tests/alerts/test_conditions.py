"""Values against thresholds, one by one and as arrays."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation.conditions import breaches, has_recovered, holds
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
        # The distance that is allowed is one part in 10^12 of the greater of both, itself included.
        (5e15, 5e15 - 5000, True),
        (5e15, 5e15 - 5001, False),
        (5e15 - 1 + 5000, 5e15 - 1, True),
        (5e15 - 1, 5e15 - 1 + 5000, True),
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
    assert breaches(np.array([value]), "==", threshold).tolist() == [equal]


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


EDGES = [0.3, 0.1 + 0.2, 80.0, 80.0 + 5e-11, 80.0 + 1e-9, 0.0, -0.0, 5e-13, 2e-12, 1e308, -1e308]
ANY = st.one_of(st.floats(), st.sampled_from(EDGES))


@given(st.lists(st.tuples(ANY, ANY), max_size=30), st.sampled_from(Condition.values))
def test_arrays_say_exactly_what_single_values_say(
    pairs: list[tuple[float, float]], condition: str
) -> None:
    values = np.array([value for value, _ in pairs], np.float64)
    thresholds = np.array([threshold for _, threshold in pairs], np.float64)

    found = breaches(values, condition, thresholds)

    assert found.tolist() == [holds(value, condition, threshold) for value, threshold in pairs]


@given(st.lists(ANY, max_size=30), ANY, st.sampled_from(Condition.values))
def test_one_threshold_stands_for_all_values(
    values: list[float], threshold: float, condition: str
) -> None:
    found = breaches(np.array(values, np.float64), condition, threshold)

    assert found.tolist() == [holds(value, condition, threshold) for value in values]


def test_an_unknown_condition_is_refused_for_arrays_too() -> None:
    with pytest.raises(ValueError, match="unknown condition '=>', expected one of > >="):
        breaches(np.array([1.0]), "=>", 1.0)


@pytest.mark.parametrize(
    ("condition", "threshold", "recovery", "recovered"),
    [
        (">", 80.0, None, [75.0, 80.0]),
        (">", 80.0, 70.0, [70.0, 65.0]),
        (">=", 80.0, 70.0, [69.9, 65.0]),
        ("<", 80.0, 90.0, [90.0, 95.0]),
        ("<=", 80.0, 90.0, [90.1, 95.0]),
        # A recovery threshold on the wrong side asks for no more than the threshold does.
        (">", 80.0, 90.0, [75.0, 80.0]),
    ],
)
def test_recovered_is_what_lies_beyond_both_thresholds(
    condition: str, threshold: float, recovery: float | None, recovered: list[float]
) -> None:
    assert all(has_recovered(value, condition, threshold, recovery) for value in recovered)
    still = {">": 80.1, ">=": 80.0, "<": 79.9, "<=": 80.0}[condition]
    assert not has_recovered(still, condition, threshold, recovery)


@pytest.mark.parametrize(
    ("condition", "value", "recovery"),
    [(">", 70.1, 70.0), (">=", 70.0, 70.0), ("<", 89.9, 90.0), ("<=", 90.0, 90.0)],
)
def test_a_value_between_the_thresholds_has_not_recovered(
    condition: str, value: float, recovery: float
) -> None:
    assert not holds(value, condition, 80.0)
    assert not has_recovered(value, condition, 80.0, recovery)


@pytest.mark.parametrize(
    ("value", "threshold", "recovery"),
    [(math.nan, 80.0, 70.0), (1.0, math.nan, 70.0), (1.0, 80.0, math.nan), (math.nan, 80.0, None)],
)
def test_nan_proves_no_recovery(value: float, threshold: float, recovery: float | None) -> None:
    assert not has_recovered(value, ">", threshold, recovery)


@given(ANY, st.sampled_from(Condition.values), ANY, st.one_of(st.none(), ANY))
def test_a_breach_is_never_recovered(
    value: float, condition: str, threshold: float, recovery: float | None
) -> None:
    assert not (
        holds(value, condition, threshold) and has_recovered(value, condition, threshold, recovery)
    )
