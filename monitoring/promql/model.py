"""What expressions evaluate to: arrays of [series, steps] with a mask, because a NaN may be a real result.

Instants are int64 milliseconds since 1970, spans are milliseconds, values are float64.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from monitoring.promql.labels import Labels
from monitoring.query.matchers import Matcher

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Samples of several series: series i owns the positions starts[i] to starts[i + 1], in order of time."""

    labels: Sequence[Labels]
    starts: Integers
    at_ms: Integers
    values: Floats


def last_of(columns: Columns) -> Columns:
    """Return the last sample of each series that has any."""
    held = np.flatnonzero(np.diff(columns.starts))
    last = columns.starts[held + 1] - 1
    labels = [columns.labels[row] for row in held.tolist()]
    return Columns(labels, np.arange(len(held) + 1), columns.at_ms[last], columns.values[last])


class Source(Protocol):
    """Where samples come from."""

    def select(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int, /) -> Columns:
        """Return the matching series, with samples from start to end, both included. The order is the source's."""
        ...

    def newest(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int, /) -> Columns:
        """Return the last sample that each series has of those that `select` returns.

        That is all that one instant needs, and a source may know it without reading the others.
        """
        return last_of(self.select(matchers, start_ms, end_ms))


@dataclass(frozen=True, slots=True)
class Steps:
    """The instants at which a query is evaluated: from start to end, both included."""

    start_ms: int
    end_ms: int
    interval_ms: int

    @property
    def count(self) -> int:
        """Return the number of instants, 0 if the end lies before the start."""
        return max(0, (self.end_ms - self.start_ms) // self.interval_ms + 1)

    def times_ms(self) -> Integers:
        """Return the instants."""
        return self.start_ms + self.interval_ms * np.arange(self.count, dtype=np.int64)


class Cells(NamedTuple):
    """What a function computed, [series, steps], and where there is something."""

    values: Floats
    present: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """An instant vector at every step: row i belongs to labels[i]; where it is not present its value means nothing."""

    labels: list[Labels]
    values: Floats
    present: Mask

    def rows(self, chosen: Sequence[int] | Integers | Mask) -> "Vector":
        """Return some of the rows, in that order."""
        index = np.asarray(chosen)
        positions = np.flatnonzero(index) if index.dtype == np.bool_ else index
        labels = [self.labels[position] for position in positions.tolist()]
        positions = positions.astype(np.intp)
        return Vector(labels, self.values[positions], self.present[positions])

    def compact(self) -> "Vector":
        """Return the rows that are present at any step."""
        kept = np.asarray(self.present.any(axis=1))
        return self if kept.all() else self.rows(kept)


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """A range vector at every step: the window of series i at step t is the positions lo[i, t] to hi[i, t].

    It lies between starts_ms[t] and ends_ms[t], both included, and belongs to the evaluation at times_ms[t].
    `checkpoint` is called now and then by what takes long, and raises when the query has run out of time.
    """

    labels: list[Labels]
    at_ms: Integers
    values: Floats
    lo: Integers
    hi: Integers
    ends_ms: Integers
    times_ms: Integers
    range_ms: int
    checkpoint: Callable[[], None]

    @property
    def counts(self) -> Integers:
        """Return the number of samples in each window."""
        return self.hi - self.lo

    @property
    def starts_ms(self) -> Integers:
        """Return where each step's windows begin."""
        return self.ends_ms - self.range_ms


Value = Vector | Windows | Floats | str


def empty_vector(steps: int) -> Vector:
    """Return a vector without series."""
    return Vector([], np.empty((0, steps)), np.empty((0, steps), np.bool_))
