"""Reductions of many overlapping windows at once, without copying what they share."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from monitoring.promql.model import Cells, Floats, Integers, Windows

# Windows are worked on in blocks of about so many samples: it bounds the memory, and the time between two looks
# at the clock.
_BLOCK_SAMPLES = 2_000_000
# Where what remains of a sum is this much smaller than what went in, rounding decides;
# then it is done step by step, in the order of Prometheus.
_CANCELLATION = 1e-3


class Block(NamedTuple):
    """Some of the windows that hold samples: their place among [series, steps], flattened, and their borders."""

    place: Integers
    lo: Integers
    hi: Integers


def blocks(windows: Windows, *, at_least: int = 1) -> Iterator[Block]:
    """Yield all windows with at least so many samples."""
    place = np.flatnonzero(windows.counts >= at_least)
    lo, hi = windows.lo.ravel()[place], windows.hi.ravel()[place]
    total = np.cumsum(hi - lo)
    if len(total) == 0:
        return
    borders = np.arange(0, int(total[-1]), _BLOCK_SAMPLES)
    first = np.unique(np.searchsorted(total, borders, side="right"))
    for begin, end in zip(first, [*first[1:], len(place)], strict=True):
        windows.checkpoint()
        part = slice(int(begin), int(end))
        yield Block(place[part], lo[part], hi[part])


def reduced(ufunc: np.ufunc, values: np.ndarray, block: Block) -> np.ndarray:
    """Return `ufunc` over the values of each window."""
    borders = np.empty(2 * len(block.lo), np.intp)
    borders[0::2], borders[1::2] = block.lo, block.hi
    # The last border may be the end, which must be a position: one more value, that no window holds.
    padded = np.append(values, values[:1])
    return np.asarray(ufunc.reduceat(padded, borders)[::2])


def sums(values: Floats, block: Block) -> Floats:
    """Return the sum of each window, compensated where values cancel each other out."""
    total: Floats = reduced(np.add, values, block)
    for position, window in _cancelling(values, block, total):
        total[position] = compensated_sum(window)
    return total


def means(values: Floats, block: Block) -> Floats:
    """Return the mean of each window, compensated where values cancel each other out."""
    total = reduced(np.add, values, block)
    mean: Floats = total / (block.hi - block.lo)
    for position, window in _cancelling(values, block, total):
        mean[position] = compensated_mean(window)
    return mean


def _cancelling(values: Floats, block: Block, total: Floats) -> Iterator[tuple[int, list[float]]]:
    if not (values < 0).any():
        return
    size = reduced(np.add, np.abs(values), block)
    for position in np.flatnonzero(np.abs(total) < _CANCELLATION * size).tolist():
        yield position, values[block.lo[position] : block.hi[position]].tolist()


def compensated_sum(values: Iterable[float]) -> float:
    """Return the sum by Neumaier's algorithm, as Prometheus adds."""
    total = lost = 0.0
    for value in values:
        total, lost = _added(value, total, lost)
    return total + lost


def compensated_mean(values: Iterable[float]) -> float:
    """Return the mean by small steps towards each value, as Prometheus does."""
    mean = lost = 0.0
    for count, value in enumerate(values, start=1):
        mean, lost = _added(value / count - mean / count, mean, lost)
    return mean + lost


def _added(value: float, total: float, lost: float) -> tuple[float, float]:
    following = total + value
    if abs(total) >= abs(value):
        return following, lost + ((total - following) + value)
    return following, lost + ((value - following) + total)


class Gathered(NamedTuple):
    """The samples of a block's windows one after the other, overlaps repeated."""

    positions: Integers  # in the columns
    window: Integers  # of the block
    starts: Integers  # of each window among the positions
    counts: Integers


def gathered(block: Block) -> Gathered:
    """Return the samples of each window as a run of their own."""
    counts = block.hi - block.lo
    starts = np.cumsum(counts) - counts
    positions = np.arange(int(counts.sum())) + np.repeat(block.lo - starts, counts)
    return Gathered(positions, np.repeat(np.arange(len(counts)), counts), starts, counts)


def scattered(windows: Windows, parts: Iterator[tuple[Block, Floats]]) -> Cells:
    """Return the results of all blocks in their places."""
    values = np.zeros(windows.lo.shape)
    present = np.zeros(windows.lo.shape, np.bool_)
    for block, results in parts:
        values.ravel()[block.place] = results
        present.ravel()[block.place] = True
    return Cells(values, present)
