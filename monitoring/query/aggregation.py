"""Questions over series and time, answered by step from the samples and, where they say the same, the roll-ups."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from monitoring.errors import InvalidInputError
from monitoring.query.grouping import Curve, each_alone, grouped
from monitoring.query.measured import read_source
from monitoring.query.steps import Aggregation, Function, Grid, across, over_time
from monitoring.types import SeriesRef

_ACROSS = frozenset(
    {Function.AVG, Function.MIN, Function.MAX, Function.SUM, Function.COUNT, Function.PERCENTILE}
)


@dataclass(frozen=True, slots=True)
class Question:
    """What to make of series: one number for each step of `step_ms`, by series or by group.

    `group_by` names the labels whose values make a group; none at all make one group of each metric. Without
    `across` a group is one bag of samples, and its rate is the sum of its series' rates; with it, each
    series is aggregated by itself, and `across` makes one number of these. Raises InvalidInputError for
    what has no meaning.
    """

    step_ms: int
    how: Aggregation
    group_by: tuple[str, ...] | None = None
    across: Aggregation | None = None

    def __post_init__(self) -> None:
        if self.across is not None and self.across.function not in _ACROSS:
            raise InvalidInputError(
                "across must be one of avg, min, max, sum, count or a percentile"
            )
        lone = self.how.function in (Function.FIRST, Function.LAST)
        if self.group_by is not None and self.across is None and lone:
            raise InvalidInputError(
                f"each series of a group has a {self.how.function} of its own: "
                "say what to make of them, such as across=sum"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """[curves x steps], NaN where a step holds nothing."""

    grid: Grid
    curves: Sequence[Curve]
    values: NDArray[np.float64]


def aggregate(
    series: Sequence[SeriesRef], *, start_ms: int, end_ms: int, question: Question
) -> Answer:
    """Return the series by step, over the whole steps that hold `start_ms` to before `end_ms`.

    Curves come in the order of the series; one without a sample has a row of NaN. Raises InvalidInputError
    if the answer, or what must be read for it, is more than one answer may be.
    """
    grid = _grid(series, start_ms, end_ms, question.step_ms)
    order, ids = _by_id(series)
    measured = read_source(ids, grid, question.how).of(question.how.function)
    if question.group_by is None and question.across is None:
        values = np.empty((len(series), grid.steps))
        values[order] = over_time(measured, len(series), grid, question.how)
        return Answer(grid, each_alone(series), values)
    curves, groups = grouped(series, question.group_by or ())
    groups = groups[order]
    combined = _across_of(question)
    if combined is None:
        values = over_time(measured, len(curves), grid, question.how, groups=groups)
    else:
        own = over_time(measured, len(series), grid, question.how)
        values = across(own, groups, len(curves), combined)
    return Answer(grid, curves, values)


def extremes(
    series: Sequence[SeriesRef], *, start_ms: int, end_ms: int, step_ms: int
) -> tuple[Grid, NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest value of each series and step, read at once; otherwise as aggregate()."""
    grid = _grid(series, start_ms, end_ms, step_ms)
    order, ids = _by_id(series)
    source = read_source(ids, grid, Aggregation(Function.MIN))
    found = np.empty((2, len(series), grid.steps))
    for place, function in enumerate((Function.MIN, Function.MAX)):
        found[place, order] = over_time(
            source.of(function), len(series), grid, Aggregation(function)
        )
    return grid, found[0], found[1]


def _grid(series: Sequence[SeriesRef], start_ms: int, end_ms: int, step_ms: int) -> Grid:
    grid = Grid.covering(start_ms, end_ms, step_ms)
    if len(series) * grid.steps > settings.MAX_RANGE_POINTS:
        raise InvalidInputError(
            f"{len(series)} series by {grid.steps} steps are more than "
            f"{settings.MAX_RANGE_POINTS} points: ask for a longer step, a shorter span or fewer series"
        )
    return grid


def _by_id(series: Sequence[SeriesRef]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the ids in ascending order, and the place of each in the sequence."""
    ids = np.array([each.id for each in series], np.int32)
    order = np.argsort(ids).astype(np.int64)
    return order, ids[order]


def _across_of(question: Question) -> Aggregation | None:
    if question.across is None and question.how.function is Function.RATE:
        return Aggregation(Function.SUM)
    return question.across
