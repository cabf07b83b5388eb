"""The samples of many series over a long span, a bounded number of them in memory at once."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.query.columns import SampleColumns, TooManyPointsError, read_columns
from monitoring.query.time_limit import within_time_limit
from monitoring.types import SeriesRef

_SERIES_AT_ONCE = 200
_POINTS_AT_ONCE = 50_000
_HOUR_MS = 3_600_000
_LONGEST_MS = 24 * _HOUR_MS


class Part(NamedTuple):
    """Some samples of one series, at least one, in the order of time."""

    series: SeriesRef
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]


def parts(series: Sequence[SeriesRef], start_ms: int, end_ms: int) -> Iterator[Part]:
    """Yield the samples from `start_ms` to `end_ms`, both included, each once.

    A few hundred series at a time, and of these one stretch of time after another; each stretch is as long
    as the last ones were sparse. Raises TooManyPointsError where a single millisecond is too much, and
    TooSlowError where one stretch takes too long to read.
    """
    for first in range(0, len(series), _SERIES_AT_ONCE):
        some = {each.id: each for each in series[first : first + _SERIES_AT_ONCE]}
        for columns in _stretches(np.array(sorted(some), np.int32), start_ms, end_ms):
            yield from _split(columns, some)


def _stretches(ids: NDArray[np.int32], start_ms: int, end_ms: int) -> Iterator[SampleColumns]:
    width_ms = _HOUR_MS
    while start_ms <= end_ms:
        last_ms = min(start_ms + width_ms - 1, end_ms)
        try:
            with within_time_limit() as deadline:
                columns = read_columns(
                    ids, start_ms, last_ms, max_points=_POINTS_AT_ONCE, deadline=deadline
                )
        except TooManyPointsError:
            if width_ms == 1:
                raise
            width_ms //= 2
            continue
        yield columns
        start_ms = last_ms + 1
        if len(columns.at_ms) < _POINTS_AT_ONCE // 4:
            width_ms = min(2 * width_ms, _LONGEST_MS)


def _split(columns: SampleColumns, some: dict[int, SeriesRef]) -> Iterator[Part]:
    bounds = columns.starts.tolist()
    for series_id, first, after in zip(columns.ids.tolist(), bounds, bounds[1:], strict=False):
        if after > first:
            held = slice(first, after)
            yield Part(some[series_id], columns.at_ms[held], columns.values[held])
