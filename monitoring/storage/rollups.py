"""Roll-ups in PostgreSQL: a row for each series and UTC day, made when the day is over.

Sealing marks each series and day that it adds samples to in `rollup_due`. Here the marked days are computed
anew from their chunks, all at once, so that late samples need no care of their own; and a row that is marked
is not read.
"""

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from monitoring.storage import chunks, damage, partitions, rollup_codec
from monitoring.storage.arrays import array_text
from monitoring.storage.chunks import StoredSamples
from monitoring.storage.instants import to_ms
from monitoring.storage.partitioned_tables import (
    CHUNK,
    ROLLUP_1H,
    ROLLUP_5M,
    PartitionedTable,
    day_of,
    midnight,
)
from monitoring.storage.rollup_buckets import bucketed, sliced
from monitoring.storage.rollup_codec import Buckets, CorruptRollupError

logger = logging.getLogger(__name__)

TABLES: Mapping[timedelta, PartitionedTable] = {
    timedelta(minutes=5): ROLLUP_5M,
    timedelta(hours=1): ROLLUP_1H,
}

ROLLUP_DELAY = timedelta(minutes=20)  # from midnight on: most samples of the day are sealed by then
SERIES_AT_ONCE = 500
SAMPLES_AT_ONCE = 5_000_000  # about 200 MB while they are worked on

_DAY = timedelta(days=1)

_NEXT_DAY = "SELECT min(day) FROM rollup_due WHERE day <= %s"
# A seal that marks a day again locks its mark, so a mark is either passed over until the seal is committed,
# or gone before the seal gets to it: then the seal waits for this commit and puts a new one there. Either
# way nothing that is sealed while a day is read goes unnoticed.
_TAKE = """
WITH taken AS MATERIALIZED (
    SELECT series_id, day FROM rollup_due WHERE day = %s LIMIT %s FOR UPDATE SKIP LOCKED
)
DELETE FROM rollup_due USING taken
WHERE rollup_due.series_id = taken.series_id AND rollup_due.day = taken.day
RETURNING rollup_due.series_id
"""
_LEFT = "SELECT count(*) FROM rollup_due WHERE day <= %s"
_FORGET = "DELETE FROM rollup_due WHERE day < %s"
_WRITE = "INSERT INTO {table} (series_id, day, n, payload) VALUES (%s, %s, %s, %s)"
_CLEAR = "DELETE FROM {table} WHERE day = %s AND series_id = ANY(%s::int[])"
_READ = """
SELECT series_id, day - DATE '1970-01-01', payload FROM {table} AS stored
WHERE series_id = ANY(%s::int[]) AND day BETWEEN %s AND %s AND NOT EXISTS (
    SELECT FROM rollup_due AS due WHERE due.series_id = stored.series_id AND due.day = stored.day
)
ORDER BY series_id, day
"""


@dataclass(frozen=True, slots=True)
class RollupReport:
    """What one run did, counted in days of a series.

    `left` are due and over and wait for the next run; `forgotten` were due, but their samples have gone.
    """

    made: int
    left: int
    forgotten: int


class RolledUp(NamedTuple):
    """What roll-ups tell of some series and days.

    `series[i]` and `days[i]` (days since 1970-01-01) name a day that is covered: all sealed samples of it
    are in `buckets[starts[i]:starts[i + 1]]`. Rows are by series, then day. A day that is not named has to
    be read from the chunks, which may hold nothing either.
    """

    series: NDArray[np.int32]
    days: NDArray[np.int64]
    starts: NDArray[np.int64]
    buckets: Buckets


def roll_up(*, at: datetime, budget: timedelta) -> RollupReport:
    """Make the roll-ups of days that are due and have been over for ROLLUP_DELAY, oldest first.

    Some hundred series at a time, each time in one transaction, until nothing is left or the budget is
    spent. Two at once are safe: each mark is taken by one. Must not run within a transaction. Raises
    HeldElsewhereError if a missing partition cannot be created just now.
    """
    deadline = time.monotonic() + budget.total_seconds()
    last_day = day_of(at - ROLLUP_DELAY) - _DAY
    forgotten = _forget(at)
    made = 0
    while time.monotonic() < deadline and (day := _next_day(last_day)) is not None:
        tables = {width: table for width, table in TABLES.items() if day >= table.first_kept(at)}
        for table in tables.values():
            partitions.create(table, day)
        taken = _make(day, tables)
        if not taken:
            break  # a seal is at work on all that is left of the day
        made += taken
    report = RollupReport(made, _left(last_day), forgotten)
    if made or report.left:
        logger.info("days rolled up", extra={"made": made, "left": report.left})
    return report


def read(ids: NDArray[np.int32], *, width: timedelta, first_day: date, last_day: date) -> RolledUp:
    """Return the buckets of the series on those days, both included, of the days that are covered.

    A damaged row is passed over as if it were not there. Raises KeyError for a width that is not kept.
    """
    table = TABLES[width].name
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(table=table), [array_text(ids.tolist()), first_day, last_day])
        rows = [_Row(*row) for row in cursor.fetchall()]
    try:
        lengths, buckets = rollup_codec.decode_rollups([row.payload for row in rows])
    except CorruptRollupError:
        rows = [row for row in rows if _is_sound(table, row)]
        lengths, buckets = rollup_codec.decode_rollups([row.payload for row in rows])
    return RolledUp(
        np.array([row.series for row in rows], np.int32),
        np.array([row.day for row in rows], np.int64),
        np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths))),
        buckets,
    )


class _Row(NamedTuple):
    """A roll-up as the database returns it; the day is counted from 1970-01-01."""

    series: int
    day: int
    payload: bytes


def _is_sound(table: str, row: _Row) -> bool:
    try:
        rollup_codec.decode_buckets(row.payload)
    except CorruptRollupError as error:
        damage.report(table, f"series {row.series} on day {row.day}", error)
        return False
    return True


def _forget(at: datetime) -> int:
    """Drop the marks of days whose chunks have gone: what roll-ups there are of them is final."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [CHUNK.first_kept(at)])
        forgotten: int = cursor.rowcount
    if forgotten:
        logger.warning("days were due until their samples had gone", extra={"days": forgotten})
    return forgotten


def _next_day(last_day: date) -> date | None:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DAY, [last_day])
        day: date | None
        (day,) = cursor.fetchone()
    return day


def _left(last_day: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [last_day])
        (left,) = cursor.fetchone()
    return int(left)


def _make(day: date, tables: Mapping[timedelta, PartitionedTable]) -> int:
    """Make the roll-ups of some series on one day, in one transaction; return of how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [day, SERIES_AT_ONCE])
        ids = np.sort(np.array([series_id for (series_id,) in cursor.fetchall()], np.int32))
        for table in tables.values():
            cursor.execute(_CLEAR.format(table=table.name), [day, array_text(ids.tolist())])
        for samples in _samples(ids, day):
            for width, table in tables.items():
                rows = list(_rows(samples, day, width))
                cursor.executemany(_WRITE.format(table=table.name), rows)
    return len(ids)


def _samples(ids: NDArray[np.int32], day: date) -> Iterator[StoredSamples]:
    """Yield the sealed samples of the day, of so many of the series at a time as fit into memory."""
    start_ms, end_ms = to_ms(midnight(day)), to_ms(midnight(day + _DAY)) - 1
    limit = SAMPLES_AT_ONCE if len(ids) > 1 else None
    try:
        yield chunks.read(ids, start_ms, end_ms, limit_points=limit)
    except chunks.TooManyPointsError:
        half = len(ids) // 2
        yield from _samples(ids[:half], day)
        yield from _samples(ids[half:], day)


def _rows(
    samples: StoredSamples, day: date, width: timedelta
) -> Iterator[tuple[int, date, int, bytes]]:
    found = bucketed(*samples, width_ms=width // timedelta(milliseconds=1))
    for place, series_id in enumerate(found.series.tolist()):
        buckets = sliced(found.buckets, found.starts[place], found.starts[place + 1])
        yield series_id, day, len(buckets), rollup_codec.encode_buckets(buckets)
