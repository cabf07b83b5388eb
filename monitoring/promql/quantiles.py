"""Quantiles of many groups of values at once, interpolated as Prometheus does."""

import numpy as np

from monitoring.promql.model import Floats, Integers


def quantiles(quantile: Floats, values: Floats, group: Integers, counts: Integers) -> Floats:
    """Return the quantile[g] of the values of each group g, each of which has counts[g] > 0 values.

    Between two values it lies on the line between them; a NaN counts as smaller than everything.
    Below 0 it is -Inf, above 1 +Inf, and NaN for NaN.
    """
    ordered = values[np.lexsort((values, ~np.isnan(values), group))]
    starts = np.cumsum(counts) - counts
    rank = np.where((quantile >= 0) & (quantile <= 1), quantile, 0.0) * (counts - 1)
    lower = np.floor(rank).astype(np.int64)
    upper = np.minimum(counts - 1, lower + 1)
    weight = rank - lower
    between = ordered[starts + lower] * (1 - weight) + ordered[starts + upper] * weight
    beyond = np.where(quantile < 0, -np.inf, np.where(quantile > 1, np.inf, np.nan))
    return np.where((quantile >= 0) & (quantile <= 1), between, beyond)
