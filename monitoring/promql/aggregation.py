"""Aggregation over series: one row for each group of labels. Source: engine.go of Prometheus 2.42, `aggregation`."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from monitoring.promql.labels import NAME, Labels, only, without
from monitoring.promql.model import Cells, Floats, Integers, Vector
from monitoring.promql.quantiles import quantiles


@dataclass(frozen=True, slots=True)
class Grouping:
    """`by (names)`, or with `excludes` `without (names)`, which drops the metric's name, too."""

    names: Collection[str] = ()
    excludes: bool = False

    def key(self, labels: Labels) -> Labels:
        """Return the labels of the group that a series belongs to."""
        return without(labels, (*self.names, NAME)) if self.excludes else only(labels, self.names)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A vector with its rows put together by group: group g begins at member starts[g].

    `rows` says which row of the vector each member was.
    """

    labels: list[Labels]
    starts: Integers
    rows: Integers
    members: Vector

    def over(self, ufunc: np.ufunc, values: np.ndarray) -> np.ndarray:
        """Return `ufunc` over the rows of each group, in their order."""
        return np.asarray(ufunc.reduceat(values, self.starts, axis=0))

    def counts(self) -> Integers:
        """Return how many members of each group are present at each step."""
        return np.asarray(self.over(np.add, self.members.present.astype(np.int64)))


def grouped(vector: Vector, keys: Sequence[Labels]) -> Groups:
    """Return the rows by their key; groups in the order in which they first appear."""
    numbers: dict[Labels, int] = {}
    group = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(len(numbers)))
    return Groups(list(numbers), starts, order, vector.rows(order))


def _sum(groups: Groups) -> Floats:
    """Add one member after the other: reduceat adds the first one last, which rounds in another way."""
    members = groups.members
    values = np.where(members.present, members.values, 0.0)
    borders = [*groups.starts.tolist(), len(values)]
    parts = [values[begin:end] for begin, end in pairwise(borders)]
    return np.array([np.add.accumulate(part, axis=0)[-1] for part in parts])


def _average(groups: Groups) -> Floats:
    return _sum(groups) / np.maximum(groups.counts(), 1)


def _extreme(ufunc: np.ufunc) -> Callable[[Groups], Floats]:
    def of(groups: Groups) -> Floats:
        members = groups.members
        return groups.over(ufunc, np.where(members.present, members.values, np.nan))

    return of


def _variance(groups: Groups) -> Floats:
    members = groups.members
    sizes = np.diff([*groups.starts, len(members.labels)])
    distance = members.values - np.repeat(_average(groups), sizes, axis=0)
    squares = np.where(members.present, distance * distance, 0.0)
    return groups.over(np.add, squares) / np.maximum(groups.counts(), 1)


SIMPLE: dict[str, Callable[[Groups], Floats]] = {
    "avg": _average,
    "count": lambda groups: groups.counts().astype(np.float64),
    "group": lambda groups: np.ones(groups.counts().shape),
    "max": _extreme(np.fmax),
    "min": _extreme(np.fmin),
    "stddev": lambda groups: np.sqrt(_variance(groups)),
    "stdvar": _variance,
    "sum": _sum,
}


def aggregate(operation: str, vector: Vector, grouping: Grouping) -> Vector:
    """Return sum, avg, min, max, count, group, stddev or stdvar of each group."""
    if not vector.labels:
        return vector
    groups = grouped(vector, [grouping.key(labels) for labels in vector.labels])
    values = SIMPLE[operation](groups)
    return Vector(groups.labels, values, groups.counts() > 0)


def quantile(quantile_of_step: Floats, vector: Vector, grouping: Grouping) -> Vector:
    """Return the quantile, given for each step, over the members of each group."""
    if not vector.labels:
        return vector
    groups = grouped(vector, [grouping.key(labels) for labels in vector.labels])
    cells = _quantile_cells(quantile_of_step, groups)
    return Vector(groups.labels, cells.values, cells.present)


def _quantile_cells(quantile_of_step: Floats, groups: Groups) -> Cells:
    members = groups.members
    counts = groups.counts()
    steps = counts.shape[1]
    sizes = np.diff([*groups.starts, len(members.labels)])
    row, step = np.nonzero(members.present)
    cell = np.repeat(np.arange(len(sizes)), sizes)[row] * steps + step
    filled = np.flatnonzero(counts)
    number = np.zeros(counts.size, np.int64)
    number[filled] = np.arange(len(filled))
    values = np.zeros(counts.shape)
    values.ravel()[filled] = quantiles(
        quantile_of_step[filled % steps],
        members.values[row, step],
        number[cell],
        counts.ravel()[filled],
    )
    return Cells(values, counts > 0)
