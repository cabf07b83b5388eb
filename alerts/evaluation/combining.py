"""Makes one number of the series of each group."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def combine(values: Floats, groups: Integers, group_count: int, how: str) -> Floats:
    """Return one number for each group 0 to `group_count` - 1: sum, avg, min, max or count of its series' values.

    `groups[i]` is the group of `values[i]`. NaN is a series of which nothing is known: it is left out, and a group
    that has no other is NaN, for `count` too: that none reports is for the no-data policy to judge. Raises ValueError
    for another `how`.

    Source: column `combine` of table `alert_rules`.
    """
    reduce = _REDUCTIONS.get(how)
    if reduce is None:
        raise ValueError(f"unknown way to combine {how!r}, expected one of {' '.join(_REDUCTIONS)}")
    known = ~np.isnan(values)
    members = np.bincount(groups[known], minlength=group_count)
    found = reduce(values[known], groups[known], members)
    return np.where(members > 0, found, np.nan)


def without_stale(values: Floats, newest_ms: Integers, oldest_ms: int | Integers) -> Floats:
    """Return the values with NaN for series whose newest sample is older than `oldest_ms`.

    A series that fell silent must leave its group: its last value would be added up for ever.
    """
    return np.where(newest_ms < oldest_ms, np.nan, values)


def newest_of(newest_ms: Integers, groups: Integers, group_count: int) -> Integers:
    """Return the newest instant of each group, in ms since the epoch; -1 where no series has any."""
    newest = np.full(group_count, -1, np.int64)
    np.maximum.at(newest, groups, newest_ms)
    return newest


def samples_of(counts: Integers, groups: Integers, group_count: int) -> Integers:
    """Return the number of samples behind each group."""
    totals = np.zeros(group_count, np.int64)
    np.add.at(totals, groups, counts)
    return totals


def _sums(values: Floats, groups: Integers, members: Integers) -> Floats:
    return np.bincount(groups, values, len(members)).astype(np.float64)


def _averages(values: Floats, groups: Integers, members: Integers) -> Floats:
    return _sums(values, groups, members) / np.maximum(members, 1)


def _smallest(values: Floats, groups: Integers, members: Integers) -> Floats:
    found = np.full(len(members), np.inf)
    np.minimum.at(found, groups, values)
    return found


def _largest(values: Floats, groups: Integers, members: Integers) -> Floats:
    return -_smallest(-values, groups, members)


def _counts(_values: Floats, _groups: Integers, members: Integers) -> Floats:
    return members.astype(np.float64)


_REDUCTIONS: Mapping[str, Callable[[Floats, Integers, Integers], Floats]] = {
    "sum": _sums,
    "avg": _averages,
    "min": _smallest,
    "max": _largest,
    "count": _counts,
}
