"""What rules compare: the newest value of each series, or a number made of its samples within a window."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from alerts.evaluation.windows import Aggregated, Samples, aggregate, week_change
from alerts.models.choices import Aggregation
from alerts.services.rulebook import NEWEST, Source
from alerts.services.series_table import Positions, SeriesTable
from monitoring.query.columns import TooManyPointsError, read_columns
from monitoring.storage.instants import to_ms
from monitoring.storage.unsealed import View

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_WEEK_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """One number for each series of a table, in its order.

    `values` are NaN where nothing is known; `newest_ms` is the instant of the newest sample ever seen, -1 if there is
    none; `samples` is the number of samples in the window, None where there is no window.
    """

    values: Floats
    newest_ms: Integers
    samples: Integers | None


def read_values(
    view: View, table: SeriesTable, wanted: Mapping[Source, Positions], at: datetime
) -> dict[Source, Values]:
    """Return the numbers of each source at `at`, for the positions that are wanted of it.

    The newest values are always there. The samples of all windows of one length are read at once. A source whose
    samples cannot be held even for one series at a time is missing.
    """
    newest_ms, values = view.newest_of(table.ids)
    newest = Values(values, np.maximum(newest_ms, -1), None)
    found = {NEWEST: newest}
    end_ms = to_ms(at)
    for window_seconds in {source.window_seconds for source in wanted if source != NEWEST}:
        sources = {
            source: positions
            for source, positions in wanted.items()
            if source != NEWEST and source.window_seconds == window_seconds
        }
        found |= _windows(view, table, sources, newest.newest_ms, end_ms)
    return found


def _windows(
    view: View,
    table: SeriesTable,
    sources: Mapping[Source, Positions],
    newest_ms: Integers,
    end_ms: int,
) -> dict[Source, Values]:
    positions = np.unique(np.concatenate(list(sources.values())))
    window_seconds = next(iter(sources)).window_seconds
    collected = {source: _Columns(len(table.ids), newest_ms) for source in sources}
    portions = _portions(
        view,
        table,
        positions,
        (end_ms - 1_000 * window_seconds, end_ms),
        with_week_before=any(each.aggregation == Aggregation.WEEK_CHANGE for each in sources),
    )
    try:
        for part in portions:
            for source, columns in collected.items():
                columns.put(part.positions, part.aggregated(source.aggregation), source, end_ms)
    except TooManyPointsError:
        logger.warning("windows not read", extra={"window_seconds": window_seconds})
        return {}
    return {source: columns.values for source, columns in collected.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Portion:
    """The samples of some series in the window, and a week before it if somebody asks for that."""

    positions: Positions
    samples: Samples
    week_before: Samples | None
    start_ms: int
    end_ms: int

    def aggregated(self, aggregation: str) -> Aggregated:
        """Return one number for each series."""
        if aggregation != Aggregation.WEEK_CHANGE or self.week_before is None:
            return aggregate(self.samples, aggregation, self.start_ms, self.end_ms)
        then = self.start_ms - _WEEK_MS, self.end_ms - _WEEK_MS
        return week_change(
            aggregate(self.samples, Aggregation.AVG, self.start_ms, self.end_ms),
            aggregate(self.week_before, Aggregation.AVG, *then),
        )


class _Columns:
    """Numbers of a whole table, filled in portion by portion."""

    def __init__(self, size: int, newest_ms: Integers) -> None:
        self.values = Values(np.full(size, np.nan), newest_ms.copy(), np.zeros(size, np.int64))

    def put(
        self, positions: Positions, aggregated: Aggregated, source: Source, end_ms: int
    ) -> None:
        """Take in the numbers of some series; where the window is empty its newest sample lies before it."""
        mine = self.values
        mine.values[positions] = aggregated.values
        if mine.samples is not None:
            mine.samples[positions] = aggregated.count
        if source.aggregation == Aggregation.ABSENT:
            mine.newest_ms[positions] = end_ms  # that nothing came is known now
            return
        seen = aggregated.newest_ms >= 0
        mine.newest_ms[positions[seen]] = aggregated.newest_ms[seen]


def _portions(
    view: View,
    table: SeriesTable,
    positions: Positions,
    span: tuple[int, int],
    *,
    with_week_before: bool,
) -> Iterator[_Portion]:
    """Yield the samples of the series, of as many at once as one read may return."""
    start_ms, end_ms = span
    waiting = [positions]
    while waiting:
        part = waiting.pop()
        ids = table.ids[part]
        try:
            samples, before = _read(view, ids, start_ms, end_ms), None
            if with_week_before:
                before = _read(view, ids, start_ms - _WEEK_MS, end_ms - _WEEK_MS)
        except TooManyPointsError:
            if len(part) == 1:
                raise
            waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
            continue
        yield _Portion(part, samples, before, start_ms, end_ms)


def _read(view: View, ids: NDArray[np.int32], start_ms: int, end_ms: int) -> Samples:
    """Return the samples after `start_ms` up to `end_ms`, in the order of `ids`; they are read by number."""
    columns = read_columns(
        ids, start_ms + 1, end_ms, max_points=settings.MAX_RANGE_POINTS, view=view
    )
    order = np.argsort(ids)
    rows = order[np.searchsorted(ids[order], columns.ids)]
    lengths, begins = np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)
    lengths[rows], begins[rows] = np.diff(columns.starts), columns.starts[:-1]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    picked = np.arange(starts[-1]) + np.repeat(begins - starts[:-1], lengths)
    return Samples(starts, columns.at_ms[picked], columns.values[picked])
