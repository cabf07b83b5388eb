"""The chunks that a seal touches: found, read, written anew. All within the transaction of the seal."""

import struct
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage import chunk_codec, chunks
from monitoring.storage.arrays import array_text
from monitoring.storage.instants import from_ms
from monitoring.storage.merging import DAY_MS, Chunks, Spans, series_days
from monitoring.storage.order import StoredSamples

# A damaged chunk that had to make way lies a microsecond behind its millisecond (see `set_aside`).
_IN_PLACE = "extract(microseconds FROM {0}.t0)::int %% 1000 = 0"
_SPANS = f"""
SELECT chunk.series_id, (extract(epoch FROM chunk.t0) * 1000)::bigint,
    (extract(epoch FROM chunk.t1) * 1000)::bigint, chunk.n
FROM unnest(%(series)s::int[], %(first_ms)s::bigint[]) AS new (series_id, first_ms)
CROSS JOIN LATERAL (
    SELECT max(t0) AS t0 FROM chunk AS before
    WHERE before.series_id = new.series_id AND before.t0 >= %(low)s
        AND before.t0 <= to_timestamp(new.first_ms / 1000.0) AND {_IN_PLACE.format("before")}
) AS nearest
JOIN chunk ON chunk.series_id = new.series_id AND chunk.t0 >= coalesce(nearest.t0, %(low)s)
    AND chunk.t0 >= %(low)s AND chunk.t0 < %(high)s AND {_IN_PLACE.format("chunk")}
ORDER BY chunk.series_id, chunk.t0
"""  # noqa: S608 - put together from constants
_NAMED = """
unnest(%s::int[], %s::bigint[]) AS named (series_id, first_ms)
WHERE chunk.series_id = named.series_id AND chunk.t0 = to_timestamp(named.first_ms / 1000.0)
    AND chunk.t0 >= %s AND chunk.t0 <= %s
"""
_READ = f"""
SELECT chunk.series_id, chunk.n, chunk.payload, chunk.t0 FROM chunk, {_NAMED}
ORDER BY chunk.series_id, chunk.t0
"""  # noqa: S608 - put together from constants
_DELETE = f"DELETE FROM chunk USING {_NAMED}"  # noqa: S608 - put together from constants
_SET_ASIDE = f"""
UPDATE chunk SET t0 = chunk.t0 + interval '1 microsecond',
    t1 = greatest(chunk.t1, chunk.t0 + interval '1 microsecond')
FROM {_NAMED}
"""  # noqa: S608 - put together from constants
_COPY = "COPY chunk (series_id, t0, t1, n, payload) FROM STDIN (FORMAT binary)"

_COPY_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_END = struct.pack(">h", -1)
# Fields in all; then of each field its length and the field. Instants are us since 2000-01-01.
_COPY_ROW = struct.Struct(">h ii iq iq ii i")
_COPY_EPOCH_MS = 946_684_800_000


class DamagedChunksError(Exception):
    """Chunks that would have to be rewritten cannot be read."""

    def __init__(self, spans: Spans) -> None:
        super().__init__(f"{len(spans.series)} chunks are damaged")
        self.spans = spans


class VerificationError(Exception):
    """What was encoded does not decode to what it was made of, so it was not written."""


class _Day(NamedTuple):
    """Series that have new samples on one UTC day, with the instant of the first one."""

    day: int
    series: NDArray[np.int32]
    first_ms: NDArray[np.int64]


def touched(new: StoredSamples) -> Spans:
    """Return for each series and day of `new` the chunk at or before its first sample and all later ones."""
    rows: list[tuple[int, int, int, int]] = []
    with connection.cursor() as cursor:
        for day in _days(new):
            parameters: dict[str, str | datetime] = {
                "series": array_text(day.series.tolist()),
                "first_ms": array_text(day.first_ms.tolist()),
                "low": from_ms(day.day * DAY_MS),
                "high": from_ms((day.day + 1) * DAY_MS),
            }
            cursor.execute(_SPANS, parameters)
            rows += cursor.fetchall()
    table = np.array(rows, np.int64).reshape(-1, 4)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    return Spans(table[:, 0].astype(np.int32), table[:, 1], table[:, 2], table[:, 3])


def read(spans: Spans) -> tuple[StoredSamples, NDArray[np.int64]]:
    """Return the samples of the chunks and how many each holds. Raises DamagedChunksError."""
    if not len(spans.series):
        return StoredSamples(spans.series, spans.first_ms, np.empty(0)), spans.counts
    with connection.cursor() as cursor:
        cursor.execute(_READ, _named(spans))
        rows = [chunks.Row(*row) for row in cursor.fetchall()]
    _expect(len(rows), len(spans.series))
    decoded = chunks.decode(rows)
    if len(decoded.good) < len(rows):
        bad = np.setdiff1d(np.arange(len(rows)), decoded.good)
        raise DamagedChunksError(spans.at(bad))
    return decoded.samples, decoded.counts


def replace(old: Spans, new: Chunks) -> int:
    """Write the new chunks instead of the old ones; return how many were written.

    Raises VerificationError, before anything is written, if one does not decode to its samples.
    """
    payloads = encode(new)
    with connection.cursor() as cursor:
        if len(old.series):
            cursor.execute(_DELETE, _named(old))
            _expect(cursor.rowcount, len(old.series))
        with connection.wrap_database_errors, cursor.copy(_COPY) as copy:
            copy.write(b"".join(_copy_rows(new.spans(), payloads)))
        _expect(cursor.rowcount, len(payloads))
    return len(payloads)


def encode(new: Chunks) -> list[bytes]:
    """Return the payloads; each was decoded and compared bit by bit."""
    _, at_ms, values = new.samples
    payloads = [
        chunk_codec.encode_chunk(at_ms[first:after], values[first:after])
        for first, after in pairwise(new.starts.tolist())
    ]
    counts, read_at_ms, read_values = chunk_codec.decode_chunks(payloads)
    if not (
        np.array_equal(counts, np.diff(new.starts))
        and np.array_equal(read_at_ms, at_ms)
        and np.array_equal(read_values.view(np.int64), values.view(np.int64))
    ):
        raise VerificationError("a chunk does not decode to its samples")
    return payloads


def set_aside(damaged: Spans) -> None:
    """Move damaged chunks by a microsecond, so that new ones can be written where they lie.

    They stay in their partition for whoever can mend them, and no later seal meets them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SET_ASIDE, _named(damaged))


def _days(new: StoredSamples) -> Iterator[_Day]:
    first = series_days(new)
    days = new.at_ms[first] // DAY_MS
    for day in np.unique(days).tolist():
        places = first[days == day]
        yield _Day(day, new.series[places], new.at_ms[places])


def _named(spans: Spans) -> tuple[str, str, datetime, datetime]:
    """Return the parameters that name chunks; the instants spare a look at other days."""
    return (
        array_text(spans.series.tolist()),
        array_text(spans.first_ms.tolist()),
        from_ms(int(spans.first_ms.min())),
        from_ms(int(spans.first_ms.max())),
    )


def _copy_rows(spans: Spans, payloads: Sequence[bytes]) -> Iterator[bytes]:
    yield _COPY_HEADER
    columns = (
        spans.series.tolist(),
        ((spans.first_ms - _COPY_EPOCH_MS) * 1_000).tolist(),
        ((spans.last_ms - _COPY_EPOCH_MS) * 1_000).tolist(),
        spans.counts.tolist(),
    )
    for series, first, last, samples, payload in zip(*columns, payloads, strict=True):
        yield _COPY_ROW.pack(5, 4, series, 8, first, 8, last, 4, samples, len(payload))
        yield payload
    yield _COPY_END


def _expect(rows: int, wanted: int) -> None:
    """Raise RuntimeError, which rolls the seal back, if another has changed the same chunks."""
    if rows != wanted:
        raise RuntimeError(f"{rows} chunks where {wanted} were expected")
