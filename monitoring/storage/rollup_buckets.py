"""Samples to buckets: count, sum, min, max and last of each stretch of time. Pure: numpy only.

A bucket holds the samples of [start, start + width); its start is a multiple of its width, counted from
the epoch.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.storage.rollup_codec import Buckets


class SeriesBuckets(NamedTuple):
    """The buckets of many series: those of `series[i]` are `buckets[starts[i]:starts[i + 1]]`."""

    series: NDArray[np.int32]
    starts: NDArray[np.int64]
    buckets: Buckets


def bucketed(
    series: NDArray[np.int32],
    at_ms: NDArray[np.int64],
    values: NDArray[np.float64],
    *,
    width_ms: int,
) -> SeriesBuckets:
    """Return the buckets that hold samples, by series, then time.

    The samples come sorted by series, then time. Count, min, max and last are exact; the sum is numpy's,
    which adds from left to right.
    """
    start_ms = (
        at_ms - at_ms % width_ms
    )  # numpy's remainder is never negative: earlier than 1970 works too
    if not len(at_ms):
        empty = np.empty(0, np.float64)
        nothing = Buckets(start_ms, np.empty(0, np.int64), empty, empty, empty, empty)
        return SeriesBuckets(series, np.zeros(1, np.int64), nothing)
    first = _firsts((series[1:] != series[:-1]) | (start_ms[1:] != start_ms[:-1]))
    ends = np.append(first[1:], len(at_ms))
    buckets = Buckets(
        start_ms=start_ms[first],
        count=ends - first,
        sum=np.add.reduceat(values, first),
        min=np.minimum.reduceat(values, first),
        max=np.maximum.reduceat(values, first),
        last=values[ends - 1],
    )
    of = series[first]
    starts = _firsts(of[1:] != of[:-1])
    return SeriesBuckets(of[starts], np.append(starts, len(first)), buckets)


def sliced(buckets: Buckets, start: int, end: int) -> Buckets:
    """Return the buckets at the positions from `start` to before `end`, as views."""
    part = slice(start, end)
    return Buckets(
        buckets.start_ms[part],
        buckets.count[part],
        buckets.sum[part],
        buckets.min[part],
        buckets.max[part],
        buckets.last[part],
    )


def _firsts(changes: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the positions at which a run begins, given where a value differs from the one before."""
    return np.concatenate((np.zeros(1, np.int64), np.flatnonzero(changes) + 1))
