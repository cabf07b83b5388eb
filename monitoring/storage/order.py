"""The order of stored samples, and which of two for one instant stays. Pure: numpy only."""

import numpy as np
from numpy.typing import NDArray


def last_writes(
    series: NDArray[np.int32], at_ms: NDArray[np.int64], values: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]:
    """Return the samples by series, then time, one for each series and instant.

    They are given in the order of their writing: of two for one instant the later write stays.
    """
    order = np.lexsort((at_ms, series))  # stable, so the later write of an instant stays behind
    series, at_ms, values = series[order], at_ms[order], values[order]
    stays = np.ones(len(series), bool)
    stays[:-1] = (series[1:] != series[:-1]) | (at_ms[1:] != at_ms[:-1])
    if stays.all():
        return series, at_ms, values
    return series[stays], at_ms[stays], values[stays]
