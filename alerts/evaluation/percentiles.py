"""Percentiles of many windows of values at once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# So many values are gathered at a time: overlapping windows hold each sample many times over.
_AT_A_TIME = 1_000_000


def percentiles(values: Floats, low: Integers, high: Integers, percent: float) -> Floats:
    """Return the `percent`-th percentile (0 to 100) of `values[low[k]:high[k]]` for each k, none of them empty.

    Between two values it lies on the line between them, as `numpy.percentile` does by default; NaN among the values
    makes NaN. Windows of one length are rows of one table, of which only the places that matter are put in order.
    """
    counts = high - low
    found = np.empty(len(low))
    for count in np.unique(counts).tolist():
        alike = np.flatnonzero(counts == count)
        rows = max(1, _AT_A_TIME // count)
        for start in range(0, len(alike), rows):
            own = alike[start : start + rows]
            found[own] = _of_table(values[low[own, None] + np.arange(count)], percent)
    return found


def _of_table(table: Floats, percent: float) -> Floats:
    """Return the percentile of each row."""
    last = table.shape[1] - 1
    rank = percent / 100 * last
    below = int(rank)
    above = min(below + 1, last)
    # NaN is put last, so that place tells whether there is one.
    ordered = np.partition(table, sorted({below, above, last}), axis=1)
    lower, upper = ordered[:, below], ordered[:, above]
    found = lower + (upper - lower) * (rank - below)
    return np.where(np.isnan(ordered[:, last]), np.nan, found)
