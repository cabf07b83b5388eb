"""From pushed values to stored ones: increments become running totals. Pure.

A series of increments is stored as its running total, so that a reader needs one sample and its
predecessor, not all of history. Only plain float additions in order are used: a total that was computed
in two ways could differ in the last bit, and a counter that falls by one bit reads as a restart.
"""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.ingest.histograms import is_part
from monitoring.storage.order import last_writes
from monitoring.types import MetricType, Sample, Temporality


class Pushed(NamedTuple):
    """One value on its way in: series number, instant in ms since the epoch, value or increment."""

    series: int
    at_ms: int
    value: float
    is_increment: bool


class Newest(NamedTuple):
    """The newest stored value of a series; for increments the total so far."""

    at_ms: int
    value: float


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples to be stored: sorted by series, then time, one for each series and instant."""

    series: NDArray[np.int32]
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]


def is_increment(sample: Sample) -> bool:
    """Tell whether the value is to be added to what is stored, instead of stored as it is."""
    if sample.temporality is not Temporality.DELTA:
        return False
    if sample.type is MetricType.HISTOGRAM:
        return is_part(sample)
    return sample.type is MetricType.COUNTER


def accumulate(
    pushed: Iterable[Pushed], newest: MutableMapping[int, Newest], *, latest_ms: int
) -> Batch:
    """Return the samples to store and move `newest` forward to what it is after them.

    Within a batch the values of a series count in the order of their instants, equal ones in the order
    given. An increment that comes late is stored at the series' newest instant, where it was counted:
    put back in time it would leave a total below its successor's, and rewriting the successors is not
    an option. No instant is moved past `latest_ms`, the end of what may be received now. A plain value
    keeps its instant, and becomes the newest only if no later one is known. Of two values of one series
    and instant the later write stays.
    """
    rows: list[tuple[int, int, float]] = []
    for one in sorted(pushed, key=_series_and_instant):
        known = newest[one.series]
        at_ms, value = one.at_ms, one.value
        if one.is_increment:
            at_ms = min(max(at_ms, known.at_ms), latest_ms)
            value += known.value
            newest[one.series] = Newest(max(at_ms, known.at_ms), value)
        elif at_ms >= known.at_ms:
            newest[one.series] = Newest(at_ms, value)
        rows.append((one.series, at_ms, value))
    return _batch(rows)


def _series_and_instant(pushed: Pushed) -> tuple[int, int]:
    return pushed[:2]


def _batch(rows: list[tuple[int, int, float]]) -> Batch:
    series, at_ms, values = zip(*rows, strict=True)
    return Batch(
        *last_writes(
            np.array(series, np.int32), np.array(at_ms, np.int64), np.array(values, np.float64)
        )
    )
