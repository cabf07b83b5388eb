"""Functions of one value at a time. Source: functions.go of Prometheus 2.42."""

from collections.abc import Callable

import numpy as np

from monitoring.promql.model import Floats

Elementwise = Callable[..., Floats]


def rounded(values: Floats, to_nearest: Floats | float = 1.0) -> Floats:
    """Return the nearest multiple; a half goes up, also below zero."""
    inverse = 1.0 / np.asarray(to_nearest)
    return np.asarray(np.floor(values * inverse + 0.5) / inverse)


def sign(values: Floats) -> Floats:
    """Return 1, -1, or the value itself if it is zero or NaN."""
    return np.where(values > 0, 1.0, np.where(values < 0, -1.0, values))


def clamped(values: Floats, low: Floats, high: Floats) -> Floats:
    """Return the values within both bounds; a bound that is NaN makes NaN."""
    return np.asarray(np.maximum(low, np.minimum(high, values)))


MATHEMATICS: dict[str, Elementwise] = {
    "abs": np.abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "ceil": np.ceil,
    "clamp": clamped,
    "clamp_max": lambda values, high: np.minimum(high, values),
    "clamp_min": lambda values, low: np.maximum(low, values),
    "cos": np.cos,
    "cosh": np.cosh,
    "deg": lambda values: values * 180 / np.pi,
    "exp": np.exp,
    "floor": np.floor,
    "ln": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "rad": lambda values: values * np.pi / 180,
    "round": rounded,
    "sgn": sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
}
