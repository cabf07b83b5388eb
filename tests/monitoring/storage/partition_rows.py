"""Partitions and sealed rows for the tests of the storage's care."""

from datetime import date, datetime

import numpy as np
from django.db import connection

from monitoring.models import Chunk, RollupDue
from monitoring.storage import chunk_codec, partitions
from monitoring.storage.instants import from_ms, to_ms
from monitoring.storage.partitioned_tables import TABLES


def execute(statement: str) -> None:
    """Run one statement that returns nothing."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def drop_all_partitions() -> None:
    """Leave all partitioned tables without partitions: whoever needs one makes it."""
    for table in TABLES.values():
        for name in partitions.attached(table):
            execute(f"DROP TABLE {name}")


def attached_names() -> list[str]:
    """Return the partitions of all tables."""
    return [name for table in TABLES.values() for name in partitions.attached(table)]


def seal_chunk(series_id: int, samples: dict[datetime, float]) -> None:
    """Write one chunk of a series; the partition of its first sample is made if it is missing."""
    at_ms = np.array([to_ms(at) for at in sorted(samples)], np.int64)
    values = np.array([samples[at] for at in sorted(samples)])
    partitions.ensure("chunk", from_ms(int(at_ms[0])))
    Chunk.objects.create(
        series_id=series_id,
        t0=from_ms(int(at_ms[0])),
        t1=from_ms(int(at_ms[-1])),
        n=len(at_ms),
        payload=chunk_codec.encode_chunk(at_ms, values),
    )


def mark_due(series_id: int, day: date) -> None:
    """Mark a day of a series as sealing does."""
    RollupDue.objects.create(series_id=series_id, day=day)


def due() -> set[tuple[int, date]]:
    """Return the days that are marked."""
    return set(RollupDue.objects.values_list("series_id", "day"))
