"""One look at what waits to be sealed: which segments a snapshot shows that an earlier one did not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage.segments import Found
from monitoring.storage.snapshots import Snapshot

# One statement, so that all of it is seen by one snapshot. Rows come in one text of bytes: a driver needs a
# microsecond for each value that it hands over by itself. Who has written to a table holds a lock on it
# until the end of the transaction; a row that is only locked takes a weaker one.
_LOOK = """
SELECT pg_current_snapshot()::text,
    pg_current_xact_id_if_assigned()::text::bigint,
    coalesce((SELECT sealed_xid FROM storage_state)::text::bigint, 0),
    coalesce((SELECT catalogue_epoch FROM storage_state), 0),
    coalesce((SELECT max(id) FROM series), 0),
    pg_relation_filenode('series'),
    (SELECT token::text FROM server_life),
    CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN false ELSE EXISTS (
        SELECT FROM pg_locks
        WHERE pid = pg_backend_pid() AND relation IN ('series'::regclass, 'latest'::regclass, 'segment'::regclass)
        AND mode IN ('RowExclusiveLock', 'AccessExclusiveLock')
    ) END,
    (SELECT string_agg(int8send(id) || timestamptz_send(received_at) || int4send(n), '')
     FROM segment WHERE {new}),
    {series},
    {latest}
"""
_SINCE = "xid >= %s::text::xid8 OR xid = ANY(%s::xid8[])"
_SERIES = "(SELECT string_agg(int4send(id), '') FROM series)"
_LATEST = """
(SELECT string_agg(int4send(series_id) || timestamptz_send(at) || float8send(value), '')
 FROM latest WHERE at > 'epoch')
"""
_NEW = _LOOK.format(new=_SINCE, series="NULL", latest="NULL")
_ALL = _LOOK.format(new="true", series=_SERIES, latest="NULL")
_ALL_AND_LATEST = _LOOK.format(new="true", series=_SERIES, latest=_LATEST)
_REMAINING = "SELECT string_agg(int8send(id), ''), coalesce(sum(n), 0) FROM segment"

# Empty after a crash: see the migration that made it.
_NAME_LIFE = "INSERT INTO server_life DEFAULT VALUES ON CONFLICT (id) DO NOTHING"

_SEGMENT_ROW = np.dtype([("id", ">i8"), ("received_us", ">i8"), ("n", ">i4")])
_Y2K = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Look:
    """What one statement saw.

    `sealed` is the newest transaction of which a segment was sealed. `source` changes when rows of the
    catalogue were taken away, or a crash lets numbers of transactions come again; `highest_series` when
    some were added. A look `is_private` if its own transaction has changed what it shows, and may yet take
    that back. `series` are all numbers of the catalogue and `latest` the packed rows of that table, where
    they were asked for.
    """

    snapshot: Snapshot
    sealed: int
    source: tuple[int, int, str | None]
    highest_series: int
    is_private: bool
    segments: Sequence[Found]
    series: NDArray[np.int32]
    latest: bytes


def look_since(seen: Snapshot) -> Look:
    """Look at the segments that were not visible then."""
    running = "{" + ",".join(map(str, seen.in_progress)) + "}"
    return _look(_NEW, [str(seen.end), running])


def look_at_all(*, with_latest: bool) -> Look:
    """Look at all segments and series that there are."""
    return _look(_ALL_AND_LATEST if with_latest else _ALL, [])


def remaining() -> tuple[set[int], int]:
    """Return the segments that are not sealed yet, and how many samples they hold."""
    with connection.cursor() as cursor:
        cursor.execute(_REMAINING)
        ids, samples = cursor.fetchone()
    return set(np.frombuffer(ids or b"", ">i8").tolist()), int(samples)


def _look(statement: str, parameters: Sequence[str]) -> Look:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    snapshot, own, sealed, epoch, highest, file, life, is_private, found, series, latest = row
    if life is None:
        _name_life()
    return Look(
        Snapshot.parse(snapshot, own),
        sealed,
        (epoch, file, life),
        highest,
        is_private,
        _found(found or b""),
        np.frombuffer(series or b"", ">i4").astype(np.int32),
        latest or b"",
    )


def _name_life() -> None:
    """Give the server a token after a crash, unless the caller might take it back; until then nothing is known."""
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(_NAME_LIFE)


def _found(rows: bytes) -> list[Found]:
    return [
        Found(segment_id, _Y2K + timedelta(microseconds=received_us), samples)
        for segment_id, received_us, samples in np.frombuffer(rows, _SEGMENT_ROW).tolist()
    ]
