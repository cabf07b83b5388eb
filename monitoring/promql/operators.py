"""Operators between numbers, and between a vector and a number. Source: engine.go of Prometheus 2.42."""

from collections.abc import Callable

import numpy as np

from monitoring.promql.labels import unnamed
from monitoring.promql.model import Cells, Floats, Mask, Vector

ARITHMETIC: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,  # the sign of the dividend, as in Go
    "^": np.power,
    "atan2": np.arctan2,
}
COMPARISONS: dict[str, Callable[[Floats, Floats], Mask]] = {
    "==": np.equal,
    "!=": np.not_equal,
    ">": np.greater,
    "<": np.less,
    ">=": np.greater_equal,
    "<=": np.less_equal,
}


def drops_name(operator: str, *, returns_bool: bool) -> bool:
    """Say whether the result loses the metric's name; of atan2 Prometheus 2 has forgotten it."""
    return (operator in ARITHMETIC and operator != "atan2") or returns_bool


def numbers(operator: str, left: Floats, right: Floats) -> Floats:
    """Return the result of two numbers at each step; comparisons return 0 or 1."""
    if operator in COMPARISONS:
        return COMPARISONS[operator](left, right).astype(np.float64)
    return ARITHMETIC[operator](left, right)


def elements(
    operator: str, left: Floats, right: Floats, there: Mask, *, returns_bool: bool
) -> Cells:
    """Return the result where both sides are there; a comparison keeps the left value where it holds."""
    if operator in ARITHMETIC or returns_bool:
        return Cells(numbers(operator, left, right), there)
    holds = COMPARISONS[operator](left, right)
    return Cells(np.broadcast_to(left, holds.shape), there & holds)


def with_number(
    operator: str, vector: Vector, number: Floats, *, returns_bool: bool, swapped: bool
) -> Vector:
    """Return the vector against a number for each step; `swapped` if the number stands on the left.

    What a comparison keeps are always the vector's values.
    """
    left, right = (number, vector.values) if swapped else (vector.values, number)
    cells = elements(operator, left, right, vector.present, returns_bool=returns_bool)
    dropped = drops_name(operator, returns_bool=returns_bool)
    filters = operator in COMPARISONS and not returns_bool
    values = vector.values if filters else cells.values
    labels = unnamed(vector.labels) if dropped else vector.labels
    return Vector(labels, values, cells.present)
