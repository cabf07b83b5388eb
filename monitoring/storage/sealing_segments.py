"""The segments that wait to be sealed: how much there is, the next ones, their samples, their end."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage import codec, damage
from monitoring.storage.arrays import array_text
from monitoring.storage.codec import Columns, CorruptSegmentError
from monitoring.storage.order import StoredSamples, last_writes

_BACKLOG = """
SELECT coalesce(sum(n), 0), min(received_at) FROM segment
WHERE received_at < %s AND id <> ALL(%s::bigint[])
"""
# In the order of their ids, so that a later write is never sealed before an earlier one. What a segment
# costs beside its samples is counted as samples.
_NEXT = """
SELECT coalesce(array_agg(id), '{}'), coalesce(sum(n), 0),
    min(received_at), max(received_at), min(t_min), max(t_max)
FROM (
    SELECT *, sum(n + 50) OVER (ORDER BY id) - n - 50 AS before
    FROM segment WHERE received_at < %s AND id <> ALL(%s::bigint[])
) AS waiting
WHERE before < %s
"""
_READ = """
SELECT id, xid::text, payload FROM segment
WHERE received_at >= %s AND received_at <= %s AND id = ANY(%s::bigint[])
ORDER BY id
"""
_DELETE = """
DELETE FROM segment
WHERE received_at >= %s AND received_at <= %s AND id = ANY(%s::bigint[])
"""

# Segments that this process could not read: they stay, and must not be in the way of the others.
_damaged: set[int] = set()


class Backlog(NamedTuple):
    """What waits: samples, and the receipt of the oldest segment."""

    samples: int
    oldest: datetime | None


class Waiting(NamedTuple):
    """The segments of the next seal: how many samples, when they were received, which instants they hold."""

    ids: Sequence[int]
    samples: int
    received_from: datetime
    received_to: datetime
    t_min: datetime
    t_max: datetime


class Taken(NamedTuple):
    """Samples of segments in the order of their writing, and what they were read from."""

    series: NDArray[np.int32]
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    segments: Sequence[int]
    newest_xid: int

    def by_series(self) -> StoredSamples:
        """Return the samples by series, then time; of two for one instant the later write stays."""
        return last_writes(self.series, self.at_ms, self.values)


def backlog(received_before: datetime) -> Backlog:
    """Return how much waits."""
    with connection.cursor() as cursor:
        cursor.execute(_BACKLOG, [received_before, array_text(_damaged)])
        return Backlog(*cursor.fetchone())


def next_ones(received_before: datetime, max_samples: int) -> Waiting | None:
    """Return the oldest segments, so many that they reach `max_samples`, or all; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [received_before, array_text(_damaged), max_samples])
        waiting = Waiting(*cursor.fetchone())
    return waiting if waiting.ids else None


def take(waiting: Waiting) -> Taken:
    """Read the segments that are still there; a damaged one is reported and left out."""
    columns: list[Columns] = []
    ids: list[int] = []
    newest_xid = 0
    with connection.cursor() as cursor:
        cursor.execute(_READ, _named(waiting, waiting.ids))
        for segment_id, xid, payload in cursor.fetchall():
            try:
                columns.append(codec.decode(payload))
            except CorruptSegmentError as error:
                _damaged.add(segment_id)
                damage.report("segment", str(segment_id), error)
                continue
            ids.append(segment_id)
            newest_xid = max(newest_xid, int(xid))
    return _taken(columns, ids, newest_xid)


def delete(waiting: Waiting, ids: Sequence[int]) -> int:
    """Delete those of the segments; return how many were there."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, _named(waiting, ids))
        return int(cursor.rowcount)


def _named(waiting: Waiting, ids: Sequence[int]) -> tuple[datetime, datetime, str]:
    """Return the parameters that name segments; the instants spare a look at other days."""
    return waiting.received_from, waiting.received_to, array_text(ids)


def _taken(columns: Sequence[Columns], ids: Sequence[int], newest_xid: int) -> Taken:
    if not columns:
        none = np.empty(0, np.int64)
        return Taken(none.astype(np.int32), none, np.empty(0), ids, newest_xid)
    counts = np.concatenate([np.diff(one.index.starts) for one in columns])
    return Taken(
        np.repeat(np.concatenate([one.index.ids for one in columns]), counts),
        np.concatenate([one.at_ms for one in columns]),
        np.concatenate([one.values for one in columns]),
        ids,
        newest_xid,
    )
