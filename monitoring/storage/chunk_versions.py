"""The table `chunk` as it is at one moment: which versions of chunks a span has, and their payloads.

A row is never changed in place: a seal deletes it and inserts others, in one transaction. So a row is a
version of a chunk, and series, span, samples and the writing transaction together name its content for ever.
"""

from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage.arrays import array_text
from monitoring.storage.instants import from_ms
from monitoring.storage.order import by_series_and_time

# The key of a version, in one value: for the driver a row of columns costs more than the query, and a list of
# versions is one value too. xmin is the transaction that wrote the row; instants are us since 2000-01-01.
_VERSION = "int4send(series_id) || timestamptz_send(t0) || timestamptz_send(t1) || xidsend(xmin) || int4send(n)"
_VERSION_FIELDS = np.dtype(
    [("series", ">i4"), ("t0", ">i8"), ("t1", ">i8"), ("xmin", ">u4"), ("n", ">i4")]
)
_EPOCH_MS = 946_684_800_000
_SPAN = """
FROM chunk
WHERE series_id = ANY(%s::int[]) AND t0 >= %s AND t0 <= %s AND t1 >= %s
"""
_LIST = f"""
SELECT string_agg(version, '') FROM (SELECT {_VERSION} AS version {_SPAN} LIMIT %s) AS listed
"""  # noqa: S608 - put together from constants
_READ = f"SELECT {_VERSION}, payload {_SPAN}"


class Span(NamedTuple):
    """Which chunks: of which series (an array text), between which first samples, from which last one on."""

    ids: str
    first_from: datetime
    first_to: datetime
    last_from: datetime


class Versions(NamedTuple):
    """Chunks that were there at one moment, by series and time; `keys` name their samples."""

    keys: list[bytes]
    series: NDArray[np.int32]
    first_ms: NDArray[np.int64]
    last_ms: NDArray[np.int64]
    samples: NDArray[np.int64]

    @classmethod
    def parse(cls, column: bytes) -> "Versions":
        """Return the versions whose keys the column holds, one behind the other in any order."""
        size = _VERSION_FIELDS.itemsize
        fields = np.frombuffer(column, _VERSION_FIELDS)
        series = fields["series"].astype(np.int32)
        first_ms = fields["t0"] // 1_000 + _EPOCH_MS
        order = by_series_and_time(series, first_ms)  # a sort of their rows takes PostgreSQL longer
        return cls(
            [column[place : place + size] for place in (order * size).tolist()],
            series[order],
            first_ms[order],
            fields["t1"][order] // 1_000 + _EPOCH_MS,
            fields["n"][order].astype(np.int64),
        )


def find(span: Span, limit: int | None) -> Versions:
    """Return the versions of the chunks of the span, no more than `limit` of them."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, (*span, limit))
        return Versions.parse(cursor.fetchone()[0] or b"")


def fetch(span: Span) -> dict[bytes, bytes]:
    """Return the payloads by the keys of their versions."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, span)
        return dict(cursor.fetchall())


def around(versions: Versions, places: list[int]) -> Span:
    """Return the least span with all of these chunks. What one seal has replaced lies side by side as a rule."""
    first_ms = versions.first_ms[places]
    begin = from_ms(int(first_ms.min()))
    # One that was set aside lies a microsecond behind its millisecond (see `sealing_chunks`).
    end = from_ms(int(first_ms.max()) + 1)
    return Span(array_text(np.unique(versions.series[places]).tolist()), begin, end, begin)
