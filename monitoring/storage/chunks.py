"""Sealed samples: the table `chunk`, read by series and time.

A chunk holds samples of one UTC day (see `merging`), so the chunks of a span begin no earlier than its
first day, and whole partitions need not be looked at.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from monitoring.errors import InvalidInputError
from monitoring.storage import chunk_codec, damage
from monitoring.storage.arrays import array_text
from monitoring.storage.chunk_codec import CorruptChunkError
from monitoring.storage.instants import from_ms
from monitoring.storage.merging import DAY_MS
from monitoring.storage.order import StoredSamples

__all__ = ["Row", "StoredSamples", "TooManyPointsError", "decode", "read"]

_SPAN = """
FROM chunk
WHERE series_id = ANY(%s::int[]) AND t0 >= %s AND t0 <= %s AND t1 >= %s
"""
# A chunk has a sample at least, so no more rows than the limit have to be looked at.
_COUNT = f"SELECT sum(n) FROM (SELECT n {_SPAN} AND t0 >= %s AND t1 <= %s LIMIT %s) AS whole"  # noqa: S608 - two constants
_READ = f"SELECT series_id, n, payload, t0 {_SPAN} ORDER BY series_id, t0"
_SAMPLES_AT_ONCE = 500_000  # about 20 MB while they are decoded


class TooManyPointsError(InvalidInputError):
    """The span holds more samples than the caller wants to hold."""


class Row(NamedTuple):
    """A chunk as the database returns it; `begin` names it in the log."""

    series: int
    samples: int
    payload: bytes
    begin: object


class Decoded(NamedTuple):
    """Samples of chunks, in their order; `good` are the places of those that could be read."""

    samples: StoredSamples
    counts: NDArray[np.int64]
    good: Sequence[int]


def read(
    ids: NDArray[np.int32], start_ms: int, end_ms: int, *, limit_points: int | None = None
) -> StoredSamples:
    """Return the sealed samples of the series from `start_ms` to `end_ms`, both included.

    Raises TooManyPointsError if there are more than `limit_points`, as a rule before any is decoded. A
    damaged chunk is logged, counted and left out.
    """
    start, end = from_ms(start_ms), from_ms(end_ms)
    first_day = from_ms(start_ms // DAY_MS * DAY_MS)
    span = (array_text(ids.tolist()), first_day, end, start)
    with connection.cursor() as cursor:
        if limit_points is not None:
            cursor.execute(_COUNT, (*span, start, end, limit_points + 1))
            _check(cursor.fetchone()[0] or 0, limit_points)
        cursor.execute(_READ, span)
        rows = [Row(*row) for row in cursor.fetchall()]
    parts: list[StoredSamples] = []
    points = 0
    for some in _batches(rows):
        part = _within(decode(some).samples, start_ms, end_ms)
        points += len(part.series)
        _check(points, limit_points)
        parts.append(part)
    return _joined(parts)


def decode(rows: Sequence[Row]) -> Decoded:
    """Return the samples of the chunks; a damaged one is reported and left out."""
    good: Sequence[int] = range(len(rows))
    try:
        counts, at_ms, values = chunk_codec.decode_chunks([row.payload for row in rows])
        is_whole = counts.tolist() == [row.samples for row in rows]
    except CorruptChunkError:
        is_whole = False
    if not is_whole:
        good = [place for place, row in enumerate(rows) if _is_sound(row)]
        counts, at_ms, values = chunk_codec.decode_chunks([rows[place].payload for place in good])
    ids = np.array([rows[place].series for place in good], np.int32)
    return Decoded(StoredSamples(np.repeat(ids, counts), at_ms, values), counts, good)


def _is_sound(row: Row) -> bool:
    error: object
    try:
        at_ms, _ = chunk_codec.decode_chunk(row.payload)
        error = f"{len(at_ms)} samples instead of {row.samples}"
        if len(at_ms) == row.samples:
            return True
    except CorruptChunkError as cause:
        error = cause
    damage.report("chunk", f"series {row.series} from {row.begin}", error)
    return False


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    start = samples = 0
    for place, row in enumerate(rows):
        samples += row.samples
        if samples >= _SAMPLES_AT_ONCE:
            yield rows[start : place + 1]
            start, samples = place + 1, 0
    if start < len(rows):
        yield rows[start:]


def _within(samples: StoredSamples, start_ms: int, end_ms: int) -> StoredSamples:
    chosen = (samples.at_ms >= start_ms) & (samples.at_ms <= end_ms)
    if chosen.all():
        return samples
    return samples.at(chosen)


def _joined(parts: Sequence[StoredSamples]) -> StoredSamples:
    if not parts:
        return StoredSamples(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0))
    if len(parts) == 1:
        return parts[0]
    return StoredSamples(
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.at_ms for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def _check(points: int, limit_points: int | None) -> None:
    if limit_points is not None and points > limit_points:
        raise TooManyPointsError(
            f"the range holds more than {limit_points} points:"
            " ask for a shorter span, one metric, one service, or more labels"
        )
