"""Trends: least squares over each window, and double exponential smoothing.

Source: functions.go of Prometheus 2.42, `linearRegression` and `funcHoltWinters`. Its sums are compensated;
here they are taken in extended precision, and all else in the same order, so that the results agree.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from monitoring.promql.errors import ExecutionError
from monitoring.promql.model import Cells, Floats, Integers, Windows
from monitoring.promql.reductions import Block, Gathered, blocks, gathered, scattered


class _Lines(NamedTuple):
    slope: Floats
    intercept: Floats


def deriv(windows: Windows) -> Cells:
    """Return the slope, a second, of the line through each window's samples."""

    def parts() -> Iterator[tuple[Block, Floats]]:
        for block in blocks(windows, at_least=2):
            yield block, _lines(windows, block, windows.at_ms[block.lo]).slope

    return scattered(windows, parts())


def predict_linear(windows: Windows, ahead_seconds: Floats) -> Cells:
    """Return where the line through each window's samples will be so many seconds after the evaluation."""
    steps = windows.lo.shape[1]

    def parts() -> Iterator[tuple[Block, Floats]]:
        for block in blocks(windows, at_least=2):
            step = block.place % steps
            lines = _lines(windows, block, windows.times_ms[step])
            yield block, lines.slope * ahead_seconds[step] + lines.intercept

    return scattered(windows, parts())


def _lines(windows: Windows, block: Block, origin_ms: Integers) -> _Lines:
    """Return the line of each window; the intercept is its value at the origin."""
    runs = gathered(block)
    y = windows.values[runs.positions]
    x = (windows.at_ms[runs.positions] - origin_ms[runs.window]) / 1_000
    n = runs.counts
    sum_x, sum_y = _total(x, runs), _total(y, runs)
    covariance = _total(x * y, runs) - sum_x * sum_y / n
    slope = covariance / (_total(x * x, runs) - sum_x * sum_x / n)
    intercept = sum_y / n - slope * sum_x / n
    first = y[runs.starts]
    is_flat = np.logical_and.reduceat(y == first[runs.window], runs.starts)
    level = np.where(np.isinf(first), np.nan, first)
    flat_slope = np.where(np.isinf(first), np.nan, 0.0)
    return _Lines(np.where(is_flat, flat_slope, slope), np.where(is_flat, level, intercept))


def _total(values: Floats, runs: Gathered) -> Floats:
    return np.add.reduceat(values.astype(np.longdouble), runs.starts).astype(np.float64)


def holt_winters(windows: Windows, smoothing: Floats, trend: Floats) -> Cells:
    """Return each window's value smoothed by both factors, which must lie between 0 and 1.

    Raises ExecutionError for a factor outside.
    """
    _check_factor("smoothing", smoothing)
    _check_factor("trend", trend)
    steps = windows.lo.shape[1]

    def parts() -> Iterator[tuple[Block, Floats]]:
        for block in blocks(windows, at_least=2):
            step = block.place % steps
            yield block, _smoothed(windows.values, block, smoothing[step], trend[step])

    return scattered(windows, parts())


def _smoothed(values: Floats, block: Block, smoothing: Floats, trend: Floats) -> Floats:
    """Walk through all windows side by side, sample by sample."""
    counts = block.hi - block.lo
    before, now = np.zeros(len(counts)), values[block.lo]
    slope = values[block.lo + 1] - now
    for number in range(1, int(counts.max())):
        open_ones = counts > number
        value = values[np.where(open_ones, block.lo + number, block.lo)]
        if number > 1:
            moved = trend * (now - before) + (1 - trend) * slope
            slope = np.where(open_ones, moved, slope)
        following = smoothing * value + (1 - smoothing) * (now + slope)
        before, now = np.where(open_ones, now, before), np.where(open_ones, following, now)
    return now


def _check_factor(name: str, factors: Floats) -> None:
    for factor in factors.tolist():
        if not 0 < factor < 1:
            short = "sf" if name == "smoothing" else "tf"
            raise ExecutionError(
                f"invalid {name} factor. Expected: 0 < {short} < 1, got: {factor:f}"
            )
