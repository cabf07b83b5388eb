"""Samples and steps as the points of curves. Pure: no Django, no clock, no database."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.query.functions import downsample_min_max
from monitoring.query.grouping import Curve
from monitoring.query.range import SeriesSamples
from monitoring.query.steps import Grid
from monitoring.types import SeriesRef


@dataclass(frozen=True, slots=True)
class Drawn:
    """One curve: its points in the order of time, None where a gap begins."""

    curve: SeriesRef | Curve
    at_ms: list[int]
    values: list[float | None]


def thinned(samples: SeriesSamples, max_points: int) -> Drawn:
    """Return the samples themselves, of too many the lowest and highest of each stretch of time."""
    at_ms, values = downsample_min_max(samples.at_ms, samples.values, max_points)
    return Drawn(samples.series, at_ms.tolist(), values.tolist())


def by_step(curves: Sequence[Curve], grid: Grid, values: NDArray[np.float64]) -> list[Drawn]:
    """Return the curves that have a point, each step at its beginning; of a gap the first step is None."""
    return [
        drawn
        for curve, row in zip(curves, values, strict=True)
        if (drawn := _without_empty_ends(curve, grid.instants(), row)) is not None
    ]


def peaks_by_step(
    curves: Sequence[SeriesRef],
    grid: Grid,
    lowest: NDArray[np.float64],
    highest: NDArray[np.float64],
) -> list[Drawn]:
    """Return curves of the lowest and the highest value of each step, once where they are the same.

    Roll-ups do not know when in the step these were: the lowest stands at its beginning, the highest at
    its middle. A step without samples has no point.
    """
    instants = np.stack((grid.instants(), grid.instants() + grid.step_ms // 2), axis=1)
    drawn = []
    for curve, low, high in zip(curves, lowest, highest, strict=True):
        points = np.stack((low, np.where(high > low, high, np.nan)), axis=1)
        kept = ~np.isnan(points)
        if kept.any():
            drawn.append(Drawn(curve, instants[kept].tolist(), points[kept].tolist()))
    return drawn


def _without_empty_ends(
    curve: Curve, instants: NDArray[np.int64], row: NDArray[np.float64]
) -> Drawn | None:
    present = ~np.isnan(row)
    if not present.any():
        return None
    kept = present.copy()
    kept[1:] |= present[:-1]  # the first step of a gap, whose None breaks the line
    kept[np.flatnonzero(present)[-1] + 1 :] = False
    values = [None if value != value else value for value in row[kept].tolist()]  # noqa: PLR0124 - NaN alone differs from itself
    return Drawn(curve, instants[kept].tolist(), values)
