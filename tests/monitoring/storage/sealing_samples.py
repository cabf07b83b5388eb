"""Writes samples as segments, and reads what a reader would find of them."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage import chunks, codec, partitions, sealing, segments
from monitoring.storage.instants import to_ms
from monitoring.storage.order import last_writes
from monitoring.storage.sealing import SealReport
from tests.monitoring.factories import NOON

Rows = list[tuple[int, int, float]]  # series, ms since noon, value
Found = dict[tuple[int, int], float]  # series and ms since noon -> value

NOON_MS = to_ms(NOON)
LATER = NOON + timedelta(hours=1)  # everything received at noon is due
_SPAN = 3 * 86_400_000


def write(rows: Rows, *, received_at: datetime = NOON) -> None:
    """Commit one segment; of two samples for one instant the later one stays."""
    partitions.ensure("segment", received_at)
    samples = last_writes(
        np.array([row[0] for row in rows], np.int32),
        np.array([row[1] + NOON_MS for row in rows], np.int64),
        np.array([row[2] for row in rows], np.float64),
    )
    segments.write(*samples, received_at=received_at)


def add_series(*ids: int, accumulates: bool = False) -> None:
    """Add series to the catalogue under these ids, each with a newest value of 0 at the epoch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO metric_names (name, type, unit, help, labels, created_at)"
            " VALUES ('m', 'gauge', '', '', '{}', now()) ON CONFLICT DO NOTHING"
        )
        for series_id in ids:
            cursor.execute(
                "INSERT INTO series (id, metric, service, labels, labels_hash, client, created_at)"
                " VALUES (%s, 'm', 's', '{}', md5(%s::text), '', now())",
                [series_id, series_id],
            )
            cursor.execute(
                "INSERT INTO latest (series_id, at, value, accumulates) VALUES (%s, 'epoch', 0, %s)",
                [series_id, accumulates],
            )


def seal(*, at: datetime = LATER, **options: int) -> SealReport:
    """Seal whatever is old enough."""
    return sealing.seal(at=at, is_due=True, **options)


def unsealed() -> Found:
    """Return the samples of the segments, the last write of each instant."""
    found: Found = {}
    for (payload,) in fetch("SELECT payload FROM segment ORDER BY id"):
        columns = codec.decode(payload)
        series = np.repeat(columns.index.ids, np.diff(columns.index.starts))
        found |= _mapped(series, columns.at_ms, columns.values)
    return found


def sealed() -> Found:
    """Return the samples of the chunks; two for one instant are a fault."""
    ids = np.array([row[0] for row in fetch("SELECT DISTINCT series_id FROM chunk")], np.int32)
    samples = chunks.read(np.sort(ids), NOON_MS - _SPAN, NOON_MS + _SPAN)
    found = _mapped(*samples)
    assert len(found) == len(samples.series), "a sample is stored twice"
    return found


def everything() -> Found:
    """Return what a reader finds: the segment's value wins."""
    return sealed() | unsealed()


def fetch(statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def chunk_sizes() -> list[int]:
    """Return the samples in each chunk, by series and time."""
    rows = fetch("SELECT n FROM chunk ORDER BY series_id, t0")
    return [samples for (samples,) in rows]


def _mapped(
    series: NDArray[np.int32], at_ms: NDArray[np.int64], values: NDArray[np.float64]
) -> Found:
    keys = zip(series.tolist(), (at_ms - NOON_MS).tolist(), strict=True)
    return dict(zip(keys, values.tolist(), strict=True))
