"""Functions of how a window's values follow one another: rates, differences, resets.

Source: functions.go of Prometheus 2.42, `extrapolatedRate`, `instantValue`, `funcChanges`, `funcResets`.
"""

from collections.abc import Iterator

import numpy as np

from monitoring.promql.model import Cells, Floats, Mask, Windows
from monitoring.promql.reductions import Block, blocks, reduced, scattered

# How far, in mean distances of samples, a border may lie from the nearest sample to be taken for part of the series.
_NEAR = 1.1


def rate(windows: Windows) -> Cells:
    """Return the increase a second of each counter."""
    return _extrapolated(windows, is_counter=True, per_second=True)


def increase(windows: Windows) -> Cells:
    """Return by how much each counter rose in the window, extrapolated to the whole of it."""
    return _extrapolated(windows, is_counter=True, per_second=False)


def delta(windows: Windows) -> Cells:
    """Return the difference between the window's ends for gauges, extrapolated to the whole of it."""
    return _extrapolated(windows, is_counter=False, per_second=False)


def _extrapolated(windows: Windows, *, is_counter: bool, per_second: bool) -> Cells:
    present = windows.counts >= 2
    step = np.nonzero(present)[1]
    first, last = windows.lo[present], windows.hi[present] - 1
    first_value = windows.values[first]
    risen = windows.values[last] - first_value
    if is_counter:
        risen = risen + _lost_in_resets(windows)[present]
    span = (windows.at_ms[last] - windows.at_ms[first]) / 1_000
    to_start = (windows.at_ms[first] - windows.starts_ms[step]) / 1_000
    to_end = (windows.ends_ms[step] - windows.at_ms[last]) / 1_000
    distance = span / (last - first)
    if is_counter:
        to_start = _not_below_zero(to_start, span, first_value, risen)
    covered = span + np.where(to_start < distance * _NEAR, to_start, distance / 2)
    covered = covered + np.where(to_end < distance * _NEAR, to_end, distance / 2)
    factor = covered / span
    if per_second:
        factor = factor / (windows.range_ms / 1_000)
    values = np.zeros(present.shape)
    values[present] = risen * factor
    return Cells(values, present)


def _not_below_zero(to_start: Floats, span: Floats, first: Floats, risen: Floats) -> Floats:
    """Return the distance to the window's start, cut where the counter would have begun at zero."""
    to_zero = span * (first / risen)
    return np.where((risen > 0) & (first >= 0) & (to_zero < to_start), to_zero, to_start)


def _lost_in_resets(windows: Windows) -> Floats:
    """Return, for each window, the sum of the values from which a counter fell."""
    before, after = windows.values[:-1], windows.values[1:]
    fell = after < before
    if not fell.any():
        return np.zeros(windows.lo.shape)
    return _of_pairs(windows, np.where(fell, before, 0.0)).values


def _of_pairs(windows: Windows, pairs: Floats) -> Cells:
    """Return the sum of pairs[i], which belongs to the samples i and i + 1, over each window's own pairs."""

    def parts() -> Iterator[tuple[Block, Floats]]:
        for block in blocks(windows, at_least=2):
            yield block, reduced(np.add, pairs, block._replace(hi=block.hi - 1))

    cells = scattered(windows, parts())
    return Cells(cells.values, windows.counts >= 1)


def changes(windows: Windows) -> Cells:
    """Return how often the value changed; NaN after NaN is no change."""
    before, after = windows.values[:-1], windows.values[1:]
    changed = (before != after) & ~(np.isnan(before) & np.isnan(after))
    return _of_pairs(windows, changed.astype(np.float64))


def resets(windows: Windows) -> Cells:
    """Return how often the value fell."""
    return _of_pairs(windows, (windows.values[1:] < windows.values[:-1]).astype(np.float64))


def irate(windows: Windows) -> Cells:
    """Return the increase a second between the last two samples."""
    return _last_two(windows, per_second=True)


def idelta(windows: Windows) -> Cells:
    """Return the difference between the last two samples."""
    return _last_two(windows, per_second=False)


def _last_two(windows: Windows, *, per_second: bool) -> Cells:
    present: Mask = windows.counts >= 2
    last = windows.hi[present] - 1
    newer, older = windows.values[last], windows.values[last - 1]
    step = newer - older
    if per_second:
        step = np.where(newer < older, newer, step)
        step = step / ((windows.at_ms[last] - windows.at_ms[last - 1]) / 1_000)
    values = np.zeros(present.shape)
    values[present] = step
    return Cells(values, present)
