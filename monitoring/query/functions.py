"""Arithmetic over the samples of a series. Pure: numpy only.

`at_ms` are instants in ms since the epoch, ascending; `values` has the same length.
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)


def increase(at_ms: NDArray[np.int64], values: NDArray[np.float64]) -> float:
    """Return by how much a counter grew between its first and its last sample.

    A value below its predecessor is a restart from zero: all of it counts. Nothing is extrapolated to
    the ends of a window, so whole events stay whole numbers. 0.0 with fewer than two samples.
    """
    if len(at_ms) < 2:
        return 0.0
    steps = np.diff(values)
    return float(np.where(steps >= 0, steps, values[1:]).sum())


def rate_per_second(at_ms: NDArray[np.int64], values: NDArray[np.float64]) -> float | None:
    """Return a counter's growth per second between its first and its last sample.

    None where no time lies between them: a rate over no time has no meaning.
    """
    seconds = float(at_ms[-1] - at_ms[0]) / 1_000 if len(at_ms) else 0.0
    return increase(at_ms, values) / seconds if seconds > 0 else None


def mean(values: NDArray[np.float64]) -> float | None:
    """Return the plain average of the samples, None if there are none."""
    return float(values.mean()) if len(values) else None


def downsample_min_max(
    at_ms: NDArray[np.int64], values: NDArray[np.float64], max_points: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return at most `max_points` samples that show the same peaks, each at its own instant.

    The span is cut into equal stretches of time, and of each the lowest and the highest sample stay: no
    average that hides a spike, no sample that was never measured. Raises ValueError below two points.
    """
    if max_points < 2:
        raise ValueError("a curve needs at least two points")
    if len(at_ms) <= max_points:
        return at_ms, values
    stretches = max_points // 2
    span = int(at_ms[-1] - at_ms[0]) + 1
    stretch = (at_ms - at_ms[0]) * stretches // span
    by_value = np.lexsort((values, stretch))
    ends = np.flatnonzero(np.diff(stretch[by_value]))
    lowest = by_value[np.concatenate(([0], ends + 1))]
    highest = by_value[np.concatenate((ends, [len(by_value) - 1]))]
    kept = np.union1d(lowest, highest)
    return at_ms[kept], values[kept]


def group_sums(keys: Sequence[Key], values: Iterable[float]) -> dict[Key, float]:
    """Return the sum of the values of each key, keys in the order of their first appearance.

    The sum does not depend on the order of the values (math.fsum). Raises ValueError if the lengths
    differ.
    """
    groups: dict[Key, list[float]] = {}
    for key, value in zip(keys, values, strict=True):
        groups.setdefault(key, []).append(value)
    return {key: math.fsum(members) for key, members in groups.items()}
