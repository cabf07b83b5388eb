"""Samples and roll-ups of series, ready to be aggregated by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from monitoring.errors import InvalidInputError
from monitoring.query.columns import read_columns
from monitoring.query.coverage import DAY_MS, Stretch, uncovered, whole_days
from monitoring.query.resolution import rollup_width
from monitoring.query.steps import Aggregation, Function, Grid, Measured
from monitoring.query.time_limit import Deadline, within_time_limit
from monitoring.storage import rollups
from monitoring.storage.rollup_codec import Buckets
from monitoring.storage.rollups import RolledUp

# How far before the first step a counter's growth may have begun: what Prometheus calls stale is older.
_LOOKBACK_MS = 300_000
_GROWTH = frozenset({Function.INCREASE, Function.RATE})
# An average is the sum by the number; of these functions each needs one number of a bucket.
_FIELD: Mapping[Function, str] = {
    Function.AVG: "sum",
    Function.SUM: "sum",
    Function.COUNT: "sum",
    Function.MIN: "min",
    Function.MAX: "max",
    Function.LAST: "last",
}
_EPOCH = date(1970, 1, 1)
_UNSEALED_SINCE = "SELECT (extract(epoch FROM min(t_min)) * 1000)::bigint FROM segment"


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What the steps of a grid hold of some series: samples, and roll-ups of the days that need none."""

    ids: NDArray[np.int32]
    samples: Measured
    rolled: RolledUp | None

    def of(self, function: Function) -> Measured:
        """Return it for one function, by row, then time; rows in the order of the ids."""
        if self.rolled is None or not len(self.rolled.series):
            return self.samples
        return _merged(self.samples, _in_their_place(self.ids, self.rolled, function))


def read_source(ids: NDArray[np.int32], grid: Grid, how: Aggregation) -> Source:
    """Return what an aggregation of the series, whose ids ascend, needs.

    Whole days come from roll-ups where they say the same; all else, and a day that roll-ups do not cover
    (yet), from the samples. For growth also the samples up to five minutes, or one step, before. Raises
    InvalidInputError if that is more than one answer may read, or takes longer.
    """
    with within_time_limit() as deadline:
        return _read(ids, grid, how, deadline)


def _read(ids: NDArray[np.int32], grid: Grid, how: Aggregation, deadline: Deadline) -> Source:
    before_ms = max(_LOOKBACK_MS, grid.step_ms) if how.function in _GROWTH else 0
    width = rollup_width(grid.step_ms, how)
    days = whole_days(grid.start_ms, grid.end_ms) if width else range(0)
    if days:
        days = range(days.start, max(days.start, min(days.stop, _first_unsealed_day())))
    if width is None or not days:
        everything = Stretch(grid.start_ms - before_ms, grid.end_ms, ids)
        return Source(ids, _samples(ids, [everything], deadline), None)
    _refuse_too_many(len(ids) * len(days) * (timedelta(days=1) // width))
    rolled = _rolled_up(ids, days, width)
    left = uncovered(ids, rolled.series, rolled.days, days, grid.start_ms, grid.end_ms)
    return Source(ids, _samples(ids, left, deadline), rolled)


def _first_unsealed_day() -> int:
    """Return the day, since 1970, of the oldest sample that no roll-up can know of yet."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED_SINCE)
        row = cursor.fetchone()
    return 10**6 if row is None or row[0] is None else int(row[0]) // DAY_MS


def _rolled_up(ids: NDArray[np.int32], days: range, width: timedelta) -> RolledUp:
    return rollups.read(
        ids,
        width=width,
        first_day=_EPOCH + timedelta(days=days.start),
        last_day=_EPOCH + timedelta(days=days.stop - 1),
    )


def _in_their_place(ids: NDArray[np.int32], rolled: RolledUp, function: Function) -> Measured:
    """Return buckets as if each were a sample at its beginning."""
    buckets: Buckets = rolled.buckets
    rows = np.repeat(np.searchsorted(ids, rolled.series), np.diff(rolled.starts))
    values: NDArray[np.float64] = getattr(buckets, _FIELD[function])
    return Measured(rows, buckets.start_ms, values, buckets.count.astype(np.float64))


def _samples(ids: NDArray[np.int32], stretches: list[Stretch], deadline: Deadline) -> Measured:
    found: list[Measured] = []
    left = settings.MAX_RANGE_POINTS
    for stretch in stretches:
        columns = read_columns(
            stretch.ids,
            stretch.start_ms,
            stretch.end_ms - 1,
            max_points=left,
            deadline=deadline,
        )
        left = max(1, left - len(columns.at_ms))
        rows = np.repeat(np.searchsorted(ids, columns.ids), np.diff(columns.starts))
        found.append(Measured(rows, columns.at_ms, columns.values))
    if len(found) == 1:
        return found[0]
    return Measured(
        np.concatenate([each.rows for each in found] or [np.empty(0, np.int64)]),
        np.concatenate([each.at_ms for each in found] or [np.empty(0, np.int64)]),
        np.concatenate([each.values for each in found] or [np.empty(0, np.float64)]),
    )


def _merged(samples: Measured, buckets: Measured) -> Measured:
    """Return both by row, then time. No bucket lies between the samples of a day: a day is one or the other."""
    ones = np.ones(len(samples.rows))
    weights = ones if buckets.weights is None else np.concatenate((ones, buckets.weights))
    rows = np.concatenate((samples.rows, buckets.rows))
    at_ms = np.concatenate((samples.at_ms, buckets.at_ms))
    values = np.concatenate((samples.values, buckets.values))
    order = np.lexsort((at_ms, rows))
    return Measured(rows[order], at_ms[order], values[order], weights[order])


def _refuse_too_many(buckets: int) -> None:
    if buckets > settings.MAX_RANGE_POINTS:
        raise InvalidInputError(
            f"the range holds up to {buckets} roll-ups, more than {settings.MAX_RANGE_POINTS}: "
            "ask for a longer step, a shorter span or fewer series"
        )
