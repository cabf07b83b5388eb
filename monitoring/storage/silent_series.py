"""Series that nobody sends any more, and of which nothing is stored: they leave the catalogue.

Without this the catalogue would only grow, and with it the limits, the caches and every look by label. A
process may remember the number of a series that is removed; so whoever uses a remembered number holds
the lock CATALOGUE shared until the commit, and compares `catalogue_epoch` first, while removal holds the
lock alone and raises the epoch.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from numpy.typing import NDArray

from monitoring.storage import codec, locks
from monitoring.storage.arrays import array_text
from monitoring.storage.partitioned_tables import CHUNK, ROLLUP_1H, ROLLUP_5M

logger = logging.getLogger(__name__)

SERIES_AT_ONCE = 500
# Pushes queue behind the request for the lock, so it is given up soon and asked for again.
_LOCK_WAIT = "200ms"

_SILENT = """
SELECT latest.series_id FROM latest JOIN series ON series.id = latest.series_id
WHERE latest.at < %s AND series.created_at < %s ORDER BY latest.series_id
"""
_STILL_SILENT = "SELECT series_id FROM latest WHERE series_id = ANY(%s::int[]) AND at < %s"
_STORED = "SELECT DISTINCT series_id FROM {table} WHERE series_id = ANY(%s::int[])"
_STORES = [
    _STORED.format(table=table)
    for table in (CHUNK.name, ROLLUP_5M.name, ROLLUP_1H.name, "rollup_due")
]
_UNSEALED = "SELECT id, payload FROM segment WHERE NOT id = ANY(%s::bigint[])"
_REMOVE = (
    "DELETE FROM latest WHERE series_id = ANY(%s::int[])",
    "DELETE FROM series WHERE id = ANY(%s::int[])",
)
_RAISE_EPOCH = """
INSERT INTO storage_state (id, catalogue_epoch) VALUES (1, 1)
ON CONFLICT (id) DO UPDATE SET catalogue_epoch = storage_state.catalogue_epoch + 1
"""


def remove(at: datetime) -> int:
    """Remove the series that are silent for so long that nothing is left of them; return how many.

    That is longer than the samples and the roll-ups are kept. The rows are looked for all the same: a
    partition may be dropped late. Metric names stay. Must not run within a transaction.
    """
    before = at - _longest_retention()
    silent = _silent_since(before)
    if not len(silent):
        return 0
    unsealed = _Unsealed()
    unsealed.look()  # before anybody has to wait
    removed = 0
    for start in range(0, len(silent), SERIES_AT_ONCE):
        batch = silent[start : start + SERIES_AT_ONCE]
        try:
            removed += locks.patiently(partial(_remove, batch, before, unsealed))
        except locks.HeldElsewhereError:
            logger.warning("the catalogue is in use, silent series are removed later")
            break
    if removed:
        logger.info("silent series removed", extra={"series": removed})
    return removed


class _Unsealed:
    """The series that have samples in segments, which no index tells: each segment is decoded once."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._ids = np.empty(0, np.int32)

    def look(self) -> NDArray[np.int32]:
        """Read the segments that came since the last look; return all series met so far."""
        parts = [self._ids]
        with connection.cursor() as cursor:
            cursor.execute(_UNSEALED, [array_text(self._seen)])
            for segment_id, payload in cursor:
                self._seen.add(segment_id)
                parts.append(_series_in(segment_id, payload))
        self._ids = np.unique(np.concatenate(parts))
        return self._ids


def _longest_retention() -> timedelta:
    return max(
        settings.METRICS_RETENTION, settings.ROLLUP_5M_RETENTION, settings.ROLLUP_1H_RETENTION
    )


def _silent_since(before: datetime) -> NDArray[np.int32]:
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, [before, before])
        return np.array([series_id for (series_id,) in cursor.fetchall()], np.int32)


def _remove(ids: NDArray[np.int32], before: datetime, unsealed: _Unsealed) -> int:
    """Remove those of the series that are gone indeed, in one transaction; return how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.CATALOGUE])
        # Segments first: what a seal moves meanwhile is then found among the chunks, or before.
        gone = np.setdiff1d(ids, unsealed.look())
        for query in _STORES:
            gone = np.setdiff1d(gone, _select(query, gone))
        gone = _select(_STILL_SILENT, gone, before)
        if not len(gone):
            return 0
        for statement in _REMOVE:
            cursor.execute(statement, [_text(gone)])
        cursor.execute(_RAISE_EPOCH)
    return len(gone)


def _select(query: str, ids: NDArray[np.int32], *more: datetime) -> NDArray[np.int32]:
    with connection.cursor() as cursor:
        cursor.execute(query, [_text(ids), *more])
        return np.array([series_id for (series_id,) in cursor.fetchall()], np.int32)


def _text(ids: NDArray[np.int32] | Sequence[int]) -> str:
    return array_text(map(int, ids))


def _series_in(segment_id: int, payload: bytes) -> NDArray[np.int32]:
    try:
        return codec.decode(payload).index.ids
    except codec.CorruptSegmentError as error:
        # Sealing counts it. Its samples cannot be read, so they keep no series alive.
        logger.warning("segment left out", extra={"segment": segment_id, "error": str(error)})
        return np.empty(0, np.int32)
