"""Aggregation by step: many samples of many series, one number for each step of time. Pure: numpy only.

A step T stands for the span [T, T + width). Instants are ms since the epoch, and steps begin at its whole
multiples, so that the same question asked a second later is cut in the same places, and five-minute
roll-ups fit into every step of whole five minutes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.int64]
Numbers = NDArray[np.float64]


class Function(StrEnum):
    """What becomes of the samples of a step."""

    AVG = "avg"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    COUNT = "count"
    FIRST = "first"
    LAST = "last"
    PERCENTILE = "percentile"
    INCREASE = "increase"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Aggregation:
    """A function; `fraction`, from 0 to 1, says which percentile."""

    function: Function
    fraction: float = 0.5


@dataclass(frozen=True, slots=True)
class Grid:
    """Steps of equal width, one after another."""

    start_ms: int
    step_ms: int
    steps: int

    @classmethod
    def covering(cls, start_ms: int, end_ms: int, step_ms: int) -> "Grid":
        """Return the whole steps that hold every instant from `start_ms` to before `end_ms`."""
        first, after = start_ms // step_ms, -(-end_ms // step_ms)
        return cls(first * step_ms, step_ms, max(0, after - first))

    @property
    def end_ms(self) -> int:
        """Return the instant after the last step."""
        return self.start_ms + self.step_ms * self.steps

    def instants(self) -> NDArray[np.int64]:
        """Return at which instant each step begins."""
        return self.start_ms + self.step_ms * np.arange(self.steps, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Samples, or roll-up buckets in the place of theirs, sorted by row, then time.

    `rows` says which series each belongs to, counted from 0. The value of a bucket is its sum, min, max or
    last, as the function needs it, and its weight the number of its samples; without weights each is one.
    """

    rows: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    values: Numbers
    weights: Numbers | None = None


def over_time(
    measured: Measured, rows: int, grid: Grid, how: Aggregation, *, groups: Cells | None = None
) -> Numbers:
    """Return [rows x steps]: each row's samples by step, NaN where a step holds none.

    With `groups`, which names a group for each row, the answer has a row for each of `rows` groups, and a
    group is one bag of samples: its average weighs each sample alike. That does not exist for first, last
    and rate, of which a group has one for each series: see `across`.

    `increase` is the growth since the sample before, also where that one lies before the step: each growth
    belongs to the step in which it was seen, so the steps of a range add up to the growth of the range, and
    whole events stay whole numbers. PromQL's `increase` looks only at the samples inside its window and
    extrapolates to the window's ends. A fall is a restart from zero. `rate` is that growth over the seconds
    in which it happened, so a step that has only begun shows no dip. Both are NaN in a step without a
    sample that has one before it.
    """
    if how.function in (Function.INCREASE, Function.RATE):
        measured, seconds = _growth(measured)
        grown = _by_step(measured, rows, grid, Aggregation(Function.SUM), groups)
        if how.function is Function.INCREASE:
            return grown
        return grown / _by_step(seconds, rows, grid, Aggregation(Function.SUM), groups)
    return _by_step(measured, rows, grid, how, groups)


def across(values: Numbers, groups: Cells, rows: int, how: Aggregation) -> Numbers:
    """Return [rows x steps]: of each group the avg, min, max, sum, count or percentile of its series.

    `values` is [series x steps] with NaN where there is none, `groups` names the group of each series.
    """
    steps = values.shape[1]
    series, step = np.nonzero(~np.isnan(values))
    cells = groups[series] * steps + step
    return _reduced(cells, values[series, step], None, rows * steps, how).reshape(rows, steps)


def _by_step(
    measured: Measured, rows: int, grid: Grid, how: Aggregation, groups: Cells | None
) -> Numbers:
    inside = slice(None)
    at_ms = measured.at_ms
    if len(at_ms) and not grid.start_ms <= at_ms.min() <= at_ms.max() < grid.end_ms:
        inside = np.flatnonzero((at_ms >= grid.start_ms) & (at_ms < grid.end_ms))  # type: ignore[assignment]  # either indexes
    owners = measured.rows[inside] if groups is None else groups[measured.rows[inside]]
    cells = owners * grid.steps + (at_ms[inside] - grid.start_ms) // grid.step_ms
    weights = None if measured.weights is None else measured.weights[inside]
    flat = _reduced(cells, measured.values[inside], weights, rows * grid.steps, how)
    return flat.reshape(rows, grid.steps)


def _growth(measured: Measured) -> tuple[Measured, Measured]:
    """Return the growth at each sample that has one before it, and the seconds it took."""
    follows = np.flatnonzero(measured.rows[1:] == measured.rows[:-1])
    rows, at_ms = measured.rows[follows + 1], measured.at_ms[follows + 1]
    now, before = measured.values[follows + 1], measured.values[follows]
    grown = np.where(now >= before, now - before, now)
    seconds = (at_ms - measured.at_ms[follows]) / 1_000
    return Measured(rows, at_ms, grown), Measured(rows, at_ms, seconds)


def _reduced(
    cells: Cells, values: Numbers, weights: Numbers | None, size: int, how: Aggregation
) -> Numbers:
    """Return for each of `size` cells what the values in it come to."""
    answer = np.full(size, np.nan)
    if not len(cells):
        return answer
    by_value = how.function is Function.PERCENTILE
    order = np.lexsort((values, cells)) if by_value else _order_of(cells)
    if order is not None:
        cells, values = cells[order], values[order]
        weights = None if weights is None else weights[order]
    firsts = np.flatnonzero(np.concatenate(([True], cells[1:] != cells[:-1])))
    answer[cells[firsts]] = _REDUCE[how.function](
        values, firsts, _counts(weights, firsts, len(cells)), how
    )
    return answer


def _order_of(cells: Cells) -> NDArray[np.intp] | None:
    """Return what sorts the cells and keeps the order within each, None if they are sorted."""
    return None if (cells[1:] >= cells[:-1]).all() else np.argsort(cells, kind="stable")


def _counts(weights: Numbers | None, firsts: NDArray[np.intp], length: int) -> Numbers:
    if weights is None:
        return np.diff(np.append(firsts, length)).astype(np.float64)
    return np.add.reduceat(weights, firsts)


def _percentile(
    values: Numbers, firsts: NDArray[np.intp], counts: Numbers, how: Aggregation
) -> Numbers:
    """Return the value below which the fraction lies, between two samples by a straight line."""
    place = how.fraction * (counts - 1)
    below = np.floor(place)
    lower = values[firsts + below.astype(np.intp)]
    upper = values[firsts + np.ceil(place).astype(np.intp)]
    return lower + (upper - lower) * (place - below)


_Reduce = Callable[[Numbers, NDArray[np.intp], Numbers, Aggregation], Numbers]
_REDUCE: Mapping[Function, _Reduce] = {
    Function.AVG: lambda values, firsts, counts, _: np.add.reduceat(values, firsts) / counts,
    Function.MIN: lambda values, firsts, _, __: np.minimum.reduceat(values, firsts),
    Function.MAX: lambda values, firsts, _, __: np.maximum.reduceat(values, firsts),
    Function.SUM: lambda values, firsts, _, __: np.add.reduceat(values, firsts),
    Function.COUNT: lambda _, __, counts, ___: counts,
    Function.FIRST: lambda values, firsts, _, __: values[firsts],
    Function.LAST: lambda values, firsts, _, __: values[np.append(firsts[1:], len(values)) - 1],
    Function.PERCENTILE: _percentile,
}
