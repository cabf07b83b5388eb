"""Sealed samples: the table `chunk`, read by series and time.

A chunk holds samples of one UTC day (see `merging`), so the chunks of a span begin no earlier than its
first day, and whole partitions need not be looked at. A first statement lists the chunks, and only those that
this process has not kept (see `chunk_cache`) are fetched.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.errors import InvalidInputError
from monitoring.storage import chunk_cache, chunk_codec, chunk_versions, damage
from monitoring.storage.arrays import array_text
from monitoring.storage.chunk_cache import Piece
from monitoring.storage.chunk_codec import CorruptChunkError
from monitoring.storage.chunk_versions import Span, Versions
from monitoring.storage.instants import from_ms
from monitoring.storage.merging import DAY_MS
from monitoring.storage.order import StoredSamples

__all__ = ["Row", "StoredSamples", "TooManyPointsError", "decode", "read"]

# About 4 MB while they are decoded: with more, fresh pages cost a new process longer than the calls saved.
_SAMPLES_AT_ONCE = 100_000
_NOTHING = Piece(np.empty(0, np.int64), np.empty(0))


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

    Raises TooManyPointsError if there are more than `limit_points`, as a rule before any is fetched. A
    damaged chunk is logged, counted and left out.
    """
    first_day = from_ms(start_ms // DAY_MS * DAY_MS)
    span = Span(array_text(ids.tolist()), first_day, from_ms(end_ms), from_ms(start_ms))
    # Two chunks of a series at most reach beyond the span; of each other one a sample at least lies inside.
    across = 2 * len(ids)
    versions = chunk_versions.find(
        span, None if limit_points is None else limit_points + across + 1
    )
    is_inside = (versions.first_ms >= start_ms) & (versions.last_ms <= end_ms)
    inside = int(versions.samples[is_inside].sum())
    _check(max(inside, len(versions.keys) - across), limit_points)
    versions, pieces = _pieces(versions, span)
    parts = [pieces.get(key, _NOTHING) for key in versions.keys]
    reaches_beyond = (versions.first_ms < start_ms) | (versions.last_ms > end_ms)
    for place in np.flatnonzero(reaches_beyond).tolist():
        parts[place] = _within(parts[place], start_ms, end_ms)
    return _joined(versions.series, parts, limit_points)


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


def _pieces(versions: Versions, span: Span) -> tuple[Versions, dict[bytes, Piece]]:
    """Return the samples of the versions, of a damaged one none.

    A seal may have replaced some since they were listed, and what is there now may begin elsewhere. Then
    all of the span is read in one statement, and these versions are returned instead.
    """
    cache = chunk_cache.held()
    pieces = cache.get(versions.keys)
    missing = [place for place, key in enumerate(versions.keys) if key not in pieces]
    if not missing:
        return versions, pieces
    payloads = chunk_versions.fetch(chunk_versions.around(versions, missing))
    if not all(versions.keys[place] in payloads for place in missing):
        payloads = chunk_versions.fetch(span)
        versions = Versions.parse(b"".join(payloads))
    fetched = _decoded(versions, payloads, pieces)
    cache.keep(fetched)
    return versions, pieces | fetched


def _decoded(
    versions: Versions, payloads: Mapping[bytes, bytes], known: Container[bytes]
) -> dict[bytes, Piece]:
    """Return the samples of those versions that are not known yet; few are decoded at once."""
    columns = (versions.series.tolist(), versions.first_ms.tolist(), versions.samples.tolist())
    keys: list[bytes] = []
    rows: list[Row] = []
    for key, series, first_ms, samples in zip(versions.keys, *columns, strict=True):
        if key not in known:
            keys.append(key)
            rows.append(Row(series, samples, payloads[key], from_ms(first_ms)))
    pieces: dict[bytes, Piece] = {}
    for some in _batches(rows):
        decoded = decode(rows[some])
        _, at_ms, values = decoded.samples
        ends = np.cumsum(decoded.counts).tolist()
        for place, start, end in zip(decoded.good, [0, *ends], ends, strict=False):
            pieces[keys[some.start + place]] = Piece.of(at_ms[start:end], values[start:end])
    return pieces


def _batches(rows: Sequence[Row]) -> Iterator[slice]:
    start = samples = 0
    for place, row in enumerate(rows):
        samples += row.samples
        if samples >= _SAMPLES_AT_ONCE:
            yield slice(start, place + 1)
            start, samples = place + 1, 0
    if start < len(rows):
        yield slice(start, len(rows))


def _within(piece: Piece, start_ms: int, end_ms: int) -> Piece:
    start, end = np.searchsorted(piece.at_ms, (start_ms, end_ms + 1)).tolist()
    return Piece(piece.at_ms[start:end], piece.values[start:end])


def _joined(
    series: NDArray[np.int32], parts: Sequence[Piece], limit_points: int | None
) -> StoredSamples:
    counts = [len(part.at_ms) for part in parts]
    _check(sum(counts), limit_points)
    return StoredSamples(
        np.repeat(series, counts),
        np.concatenate([_NOTHING.at_ms, *(part.at_ms for part in parts)]),
        np.concatenate([_NOTHING.values, *(part.values for part in parts)]),
    )


def _check(points: int, limit_points: int | None) -> None:
    if limit_points is not None and points > limit_points:
        raise TooManyPointsError(
            f"the range holds more than {limit_points} points:"
            " ask for a shorter span, one metric, one service, or more labels"
        )
