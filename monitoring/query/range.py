"""The samples of a span of time."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from django.conf import settings
from django.db import OperationalError, connection, transaction
from numpy.typing import NDArray
from psycopg import errors

from monitoring.errors import InvalidInputError
from monitoring.query.series import matching_series
from monitoring.storage import segments
from monitoring.storage.codec import Columns
from monitoring.storage.instants import EPOCH, from_ms, to_ms
from monitoring.storage.order import last_writes
from monitoring.storage.window import MAX_AGE, MAX_AHEAD
from monitoring.types import SeriesRef

# No sample lies beyond, and the margins around a span stay within what a datetime can say.
_FIRST_INSTANT = EPOCH
_LAST_INSTANT = datetime(9000, 1, 1, tzinfo=UTC)

_HOW_TO_NARROW = "ask for a shorter span, one metric, one service, or more labels"


@dataclass(frozen=True, slots=True, eq=False)
class SeriesSamples:
    """The samples of one series: instants in ms since the epoch, ascending, each once."""

    series: SeriesRef
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]


class _Picked(NamedTuple):
    """Samples of the wanted series within the span, as one segment holds them."""

    series: NDArray[np.int32]
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]


def read_range(
    *,
    metric: str | None = None,
    service: str | None = None,
    matchers: Mapping[str, str] | None = None,
    start: datetime,
    end: datetime,
) -> list[SeriesSamples]:
    """Return the samples from `start` to `end`, both included, of each matching series that has any.

    Ordered by metric, service and labels. Of two samples of one series and instant the later write is
    returned. Raises InvalidInputError if the span is negative, or holds more points or segments, or
    takes longer to read, than one answer may.
    """
    if end < start:
        raise InvalidInputError("the span must not end before it starts")
    wanted = matching_series(metric=metric, service=service, matchers=matchers)
    if not wanted:
        return []
    with _within(settings.RANGE_TIMEOUT) as deadline:
        picked = _pick(wanted, _storable(start), _storable(end), deadline)
    return _by_series(wanted, picked)


def _pick(
    wanted: Sequence[SeriesRef], start: datetime, end: datetime, deadline: float
) -> list[_Picked]:
    """Return what the segments hold, in the order of their writing."""
    ids = np.array(sorted(series.id for series in wanted), np.int32)
    first_ms, last_ms = to_ms(start - timedelta(microseconds=1)) + 1, to_ms(end)
    # A sample is at most this much older or newer than its receipt, so no other segment can hold it.
    found = segments.find(
        received_from=start - MAX_AHEAD,
        received_to=end + MAX_AGE,
        start=from_ms(first_ms),
        end=from_ms(last_ms),
        limit=settings.MAX_RANGE_SEGMENTS + 1,
    )
    if len(found) > settings.MAX_RANGE_SEGMENTS:
        raise _too_much(f"more than {settings.MAX_RANGE_SEGMENTS} segments")
    picked: list[_Picked] = []
    points = 0
    for _, columns in segments.read(found):
        if time.monotonic() > deadline:
            raise _too_slow()
        one = _picked(columns, ids, first_ms, last_ms)
        points += len(one.at_ms)
        if points > settings.MAX_RANGE_POINTS:
            raise _too_much(f"more than {settings.MAX_RANGE_POINTS} points")
        if len(one.at_ms):
            picked.append(one)
    return picked


def _picked(columns: Columns, ids: NDArray[np.int32], first_ms: int, last_ms: int) -> _Picked:
    own = columns.index.ids
    # np.isin answers the same, ten times slower on arrays of this size.
    is_wanted = ids.take(np.searchsorted(ids, own), mode="clip") == own
    counts = np.diff(columns.index.starts)
    chosen = np.repeat(is_wanted, counts)
    chosen &= (columns.at_ms >= first_ms) & (columns.at_ms <= last_ms)
    return _Picked(np.repeat(own, counts)[chosen], columns.at_ms[chosen], columns.values[chosen])


def _by_series(wanted: Sequence[SeriesRef], picked: Sequence[_Picked]) -> list[SeriesSamples]:
    if not picked:
        return []
    series, at_ms, values = last_writes(
        np.concatenate([one.series for one in picked]),
        np.concatenate([one.at_ms for one in picked]),
        np.concatenate([one.values for one in picked]),
    )
    present, starts = np.unique(series, return_index=True)
    ends = np.append(starts[1:], len(series))
    place = {
        int(series_id): slice(int(first), int(after))
        for series_id, first, after in zip(present, starts, ends, strict=True)
    }
    return [
        SeriesSamples(each, at_ms[place[each.id]], values[place[each.id]])
        for each in wanted
        if each.id in place
    ]


def _storable(at: datetime) -> datetime:
    """Return the instant, or the nearest one that a sample can have."""
    return min(max(at, _FIRST_INSTANT), _LAST_INSTANT)


@contextmanager
def _within(limit: timedelta) -> Iterator[float]:
    """Give the block so much time; yield the instant of time.monotonic() at which it is over."""
    limit_ms = max(1, int(limit.total_seconds() * 1_000))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {limit_ms}")
            yield time.monotonic() + limit.total_seconds()
    except OperationalError as error:
        if isinstance(error.__cause__, errors.QueryCanceled):
            raise _too_slow() from error
        raise


def _too_slow() -> InvalidInputError:
    seconds = settings.RANGE_TIMEOUT.total_seconds()
    return InvalidInputError(f"the range takes longer than {seconds:g} s to read: {_HOW_TO_NARROW}")


def _too_much(what: str) -> InvalidInputError:
    return InvalidInputError(f"the range holds {what}: {_HOW_TO_NARROW}")
