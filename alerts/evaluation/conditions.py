"""Compares values with thresholds, one by one or as arrays."""

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

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
        raise _unknown(condition)
    if math.isnan(value) or math.isnan(threshold):
        return False
    return compare(value, threshold)


def breaches(values: Floats, condition: str, thresholds: Floats | float) -> Mask:
    """Say of each value whether it `condition` its threshold: exactly what `holds` says, for arrays.

    `thresholds` is one number for all values or an array that broadcasts with them. Raises ValueError as `holds` does.
    """
    compare = _ARRAY_CONDITIONS.get(condition)
    if compare is None:
        raise _unknown(condition)
    known = ~(np.isnan(values) | np.isnan(thresholds))
    return known & compare(values, thresholds)


def has_recovered(value: float, condition: str, threshold: float, recovery: float | None) -> bool:
    """Say whether a breach of `condition` `threshold` is over at `value`: beyond `recovery` too if there is one.

    With `> 80` and a recovery threshold of 70 it is over at 70, while 75 is neither a breach nor a recovery.
    NaN proves nothing. Raises ValueError as `holds` does.

    Source: column `recovery_threshold` of table `alert_rules`.
    """
    thresholds = (threshold,) if recovery is None else (threshold, recovery)
    if any(math.isnan(number) for number in (value, *thresholds)):
        return False
    return not any(holds(value, condition, each) for each in thresholds)


def _unknown(condition: str) -> ValueError:
    return ValueError(f"unknown condition {condition!r}, expected one of {' '.join(_CONDITIONS)}")


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


def _equal_in(values: Floats, thresholds: Floats | float) -> Mask:
    # Infinities: equal to themselves only. Their differences are NaN or infinite, which numpy would warn about.
    with np.errstate(invalid="ignore", over="ignore"):
        largest = np.maximum(np.abs(values), np.abs(thresholds))
        allowed = np.maximum(RELATIVE_TOLERANCE * largest, ABSOLUTE_TOLERANCE)
        near: Mask = np.isfinite(largest) & (np.abs(values - thresholds) <= allowed)
    equal: Mask = near | (values == thresholds)
    return equal


def _above_in(values: Floats, thresholds: Floats | float) -> Mask:
    return (values > thresholds) & ~_equal_in(values, thresholds)


def _below_in(values: Floats, thresholds: Floats | float) -> Mask:
    return (values < thresholds) & ~_equal_in(values, thresholds)


_ARRAY_CONDITIONS: Mapping[str, Callable[[Floats, Floats | float], Mask]] = {
    ">": _above_in,
    ">=": lambda values, thresholds: ~_below_in(values, thresholds),
    "<": _below_in,
    "<=": lambda values, thresholds: ~_above_in(values, thresholds),
    "==": _equal_in,
    "!=": lambda values, thresholds: ~_equal_in(values, thresholds),
}
