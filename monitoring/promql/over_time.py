"""The functions named `*_over_time`: one number from the values of each window.

Source: functions.go of Prometheus 2.42; sums there are compensated, so they are here where it matters.
"""

from collections.abc import Callable

import numpy as np

from monitoring.promql.model import Cells, Floats, Windows
from monitoring.promql.quantiles import quantiles
from monitoring.promql.reductions import Block, blocks, gathered, means, reduced, scattered, sums

Reduction = Callable[[Floats, Block], Floats]


def _over(windows: Windows, reduction: Reduction) -> Cells:
    return scattered(
        windows, ((block, reduction(windows.values, block)) for block in blocks(windows))
    )


def sum_over_time(windows: Windows) -> Cells:
    """Return the sum of each window's values."""
    return _over(windows, sums)


def avg_over_time(windows: Windows) -> Cells:
    """Return the mean of each window's values, all weighing the same."""
    return _over(windows, means)


def max_over_time(windows: Windows) -> Cells:
    """Return the largest value; NaN only where there is nothing else."""
    return _over(windows, lambda values, block: reduced(np.fmax, values, block))


def min_over_time(windows: Windows) -> Cells:
    """Return the smallest value; NaN only where there is nothing else."""
    return _over(windows, lambda values, block: reduced(np.fmin, values, block))


def count_over_time(windows: Windows) -> Cells:
    """Return the number of samples."""
    return Cells(windows.counts.astype(np.float64), windows.counts > 0)


def present_over_time(windows: Windows) -> Cells:
    """Return 1 where there is any sample."""
    return Cells(np.ones(windows.lo.shape), windows.counts > 0)


def last_over_time(windows: Windows) -> Cells:
    """Return the newest value, of whatever age within the window."""
    return _at(windows, windows.hi - 1)


def first_over_time(windows: Windows) -> Cells:
    """Return the oldest value of the window."""
    return _at(windows, windows.lo)


def _at(windows: Windows, positions: np.ndarray) -> Cells:
    present = windows.counts > 0
    values = np.zeros(windows.lo.shape)
    values[present] = windows.values[positions[present]]
    return Cells(values, present)


def stdvar_over_time(windows: Windows) -> Cells:
    """Return the population variance of each window."""
    return _over(windows, _variances)


def stddev_over_time(windows: Windows) -> Cells:
    """Return the population standard deviation of each window."""
    return _over(windows, lambda values, block: np.sqrt(_variances(values, block)))


def _variances(values: Floats, block: Block) -> Floats:
    runs = gathered(block)
    chosen = values[runs.positions]
    mean = np.add.reduceat(chosen, runs.starts) / runs.counts
    chosen -= mean[runs.window]
    return np.add.reduceat(chosen * chosen, runs.starts) / runs.counts


def quantile_over_time(quantile: Floats, windows: Windows) -> Cells:
    """Return the quantile, given for each step, of each window's values."""
    steps = windows.lo.shape[1]

    def of_block(values: Floats, block: Block) -> Floats:
        runs = gathered(block)
        chosen = values[runs.positions]
        return quantiles(quantile[block.place % steps], chosen, runs.window, runs.counts)

    return _over(windows, of_block)


def mad_over_time(windows: Windows) -> Cells:
    """Return the median absolute deviation from the median of each window."""

    def of_block(values: Floats, block: Block) -> Floats:
        runs = gathered(block)
        chosen = values[runs.positions]
        half = np.full(len(runs.counts), 0.5)
        median = quantiles(half, chosen, runs.window, runs.counts)
        return quantiles(half, np.abs(chosen - median[runs.window]), runs.window, runs.counts)

    return _over(windows, of_block)
