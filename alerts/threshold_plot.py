"""Curves of a metric against a threshold, as SVG coordinates. Pure: no Django, no clock, no database."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WIDTH = 720.0
HEIGHT = 160.0
MARGIN = 4.0  # room for the stroke
MAX_POINTS = 360  # of each curve: two pixels for each


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The samples of one series: instants in ms since the epoch, ascending, and values."""

    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plot:
    """`curves` are the points of one polyline for each series, in order; the bounds are in the metric's unit."""

    curves: tuple[str, ...]
    threshold_y: float
    low: float
    high: float


def plot_of(
    series: Sequence[Samples], threshold: float, *, start_ms: int, end_ms: int
) -> Plot | None:
    """Return the curves within WIDTH by HEIGHT, or None if no finite value lies between the two instants.

    The box spans all values and the threshold. Where a curve has more samples than MAX_POINTS the highest and
    the lowest of each stretch stay, because they are what crosses a threshold.
    Raises ValueError if the span is not positive.
    """
    if end_ms <= start_ms:
        raise ValueError("the span must be longer than zero")
    inside = [_within(each, start_ms, end_ms) for each in series]
    values = np.concatenate([each.values for each in inside]) if inside else np.empty(0)
    if not len(values):
        return None
    low, high = min(float(values.min()), threshold), max(float(values.max()), threshold)

    def y(value: float) -> float:
        # Halves first: the distance of two finite numbers need not be finite.
        share = (value / 2 - low / 2) / ((high / 2 - low / 2) or 1.0)
        return _place(1.0 - share, HEIGHT)

    curves = [
        " ".join(
            f"{_place((at - start_ms) / (end_ms - start_ms), WIDTH):g},{y(value):g}"
            for at, value in zip(each.at_ms.tolist(), each.values.tolist(), strict=True)
        )
        for each in (_thinned(each) for each in inside)
    ]
    return Plot(tuple(curves), y(threshold), low, high)


def _within(samples: Samples, start_ms: int, end_ms: int) -> Samples:
    kept = (samples.at_ms >= start_ms) & (samples.at_ms <= end_ms) & np.isfinite(samples.values)
    return Samples(samples.at_ms[kept], samples.values[kept])


def _thinned(samples: Samples) -> Samples:
    count = len(samples.values)
    if count <= MAX_POINTS:
        return samples
    kept: set[int] = set()
    for stretch in np.array_split(np.arange(count), MAX_POINTS // 2):
        values = samples.values[stretch]
        kept |= {int(stretch[values.argmin()]), int(stretch[values.argmax()])}
    places = sorted(kept)
    return Samples(samples.at_ms[places], samples.values[places])


def _place(share: float, size: float) -> float:
    return round(MARGIN + share * (size - 2 * MARGIN), 1)
