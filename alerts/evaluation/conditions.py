"""Compares one value with one threshold."""

import math
from collections.abc import Callable, Mapping

# Numbers that differ by no more than the 12th significant digit are one number: 0.1 + 0.2 is 0.3 here.
RELATIVE_TOLERANCE = 1e-12
# Beside zero every difference is relative to zero, so there the distance itself is bounded.
ABSOLUTE_TOLERANCE = 1e-12


def holds(value: float, condition: str, threshold: float) -> bool:
    """Say whether `value` `condition` `threshold`, such as 85.3 > 80; both in the unit of the metric.

    Of `<`, `==` and `>` exactly one holds for two numbers, and `>=`, `<=` and `!=` are made of them. NaN is no
    number: it matches nothing, not even `!=`. Raises ValueError for a condition that is not one of the six.

    Source: column `condition` of table `alert_rules`, service specification.
    """
    compare = _CONDITIONS.get(condition)
    if compare is None:
        raise ValueError(
            f"unknown condition {condition!r}, expected one of {' '.join(_CONDITIONS)}"
        )
    if math.isnan(value) or math.isnan(threshold):
        return False
    return compare(value, threshold)


def _equal(value: float, threshold: float) -> bool:
    return math.isclose(value, threshold, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)


def _above(value: float, threshold: float) -> bool:
    return value > threshold and not _equal(value, threshold)


def _below(value: float, threshold: float) -> bool:
    return _above(threshold, value)


_CONDITIONS: Mapping[str, Callable[[float, float], bool]] = {
    ">": _above,
    ">=": lambda value, threshold: not _below(value, threshold),
    "<": _below,
    "<=": lambda value, threshold: not _above(value, threshold),
    "==": _equal,
    "!=": lambda value, threshold: not _equal(value, threshold),
}
