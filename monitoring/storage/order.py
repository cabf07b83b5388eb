"""The order of stored samples, and which of two for one instant stays. Pure: numpy only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class StoredSamples(NamedTuple):
    """Samples in columns: sorted by series, then time (ms since the epoch, UTC), each instant once."""

    series: NDArray[np.int32]
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]

    def at(self, places: slice | NDArray[np.bool_] | NDArray[np.intp]) -> "StoredSamples":
        """Return the samples at these places."""
        return StoredSamples(self.series[places], self.at_ms[places], self.values[places])


def last_writes(
    series: NDArray[np.int32], at_ms: NDArray[np.int64], values: NDArray[np.float64]
) -> StoredSamples:
    """Return the samples by series, then time, one for each series and instant.

    They are given in the order of their writing: of two for one instant the later write stays.
    """
    order = by_series_and_time(series, at_ms)  # stable: the later write of an instant stays behind
    series, at_ms, values = series[order], at_ms[order], values[order]
    stays = is_last_of_instant(series, at_ms)
    if stays.all():
        return StoredSamples(series, at_ms, values)
    return StoredSamples(series[stays], at_ms[stays], values[stays])


def by_series_and_time(series: NDArray[np.int32], at_ms: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the stable order of samples by series, then time.

    Both are packed into one number where they fit: samples mostly come as a few sorted runs, which a
    single merge sort takes several times as fast as np.lexsort.
    """
    if not len(series):
        return np.empty(0, np.intp)
    first = at_ms.min()
    time_bits = int(at_ms.max() - first).bit_length()
    if int(series.max()).bit_length() + time_bits > 63 or series.min() < 0:
        return np.lexsort((at_ms, series))
    return np.argsort((series.astype(np.int64) << time_bits) | (at_ms - first), kind="stable")


def is_last_of_instant(series: NDArray[np.int32], at_ms: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for each of sorted samples whether the next one has another series or instant."""
    last = np.ones(len(series), bool)
    last[:-1] = (series[1:] != series[:-1]) | (at_ms[1:] != at_ms[:-1])
    return last
