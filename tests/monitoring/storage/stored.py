"""Rows of samples as SQL finds them: segments, chunks and roll-ups of 2025-01-12, written without the service."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from monitoring.models import Series
from monitoring.storage import codec
from monitoring.storage.chunk_codec import encode_chunk
from monitoring.storage.instants import from_ms, to_ms
from monitoring.storage.rollup_codec import Buckets, encode_buckets
from tests.monitoring.factories import NOON, SeriesFactory

INTERVAL = timedelta(seconds=10)
DAY = NOON.date()
MIDNIGHT = datetime(2025, 1, 12, tzinfo=UTC)


def rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def make_partitions() -> None:
    """Make room for 2025-01-12 and the day before."""
    for table in ("segment", "chunk"):
        for day in (DAY - timedelta(days=1), DAY):
            name, start, end = f"{table}_{day:%Y%m%d}", day, day + timedelta(days=1)
            rows(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} "
                f"FOR VALUES FROM ('{start} 00:00:00+00') TO ('{end} 00:00:00+00')"
            )
    for table in ("rollup_5m", "rollup_1h"):
        rows(
            f"CREATE TABLE IF NOT EXISTS {table}_202501 PARTITION OF {table} "
            "FOR VALUES FROM ('2025-01-01') TO ('2025-02-01')"
        )


def commit(values: list[float], *series: Series, at: datetime = NOON) -> None:
    """Write a segment with one value of each series."""
    ids = np.array([one.pk for one in series], np.int32)
    payload = codec.encode(ids, np.full(len(ids), to_ms(at)), np.array(values, np.float64))
    store_segment(payload, at=at)


def store_segment(payload: bytes, at: datetime = NOON) -> None:
    rows(
        "INSERT INTO segment (received_at, t_min, t_max, n, payload) VALUES (%s, %s, %s, 1, %s)",
        *(at, at, at, payload),
    )


def seal(values: list[float], series: Series, start: datetime = NOON) -> bytes:
    """Write a chunk with a value every ten seconds."""
    at_ms = to_ms(start) + 10_000 * np.arange(len(values))
    payload = encode_chunk(at_ms, np.array(values, np.float64))
    rows(
        "INSERT INTO chunk VALUES (%s, %s, %s, %s, %s)",
        *(series.pk, start, from_ms(int(at_ms[-1])), len(values), payload),
    )
    return payload


def roll_up(table: str, series: Series, values: list[float], width: timedelta) -> None:
    column = np.array(values, np.float64)
    starts = to_ms(MIDNIGHT) + width // timedelta(milliseconds=1) * np.arange(len(values))
    counts = np.full(len(values), 30, np.int64)
    buckets = Buckets(starts, counts, column * 30, column - 1, column + 1, column)
    payload = encode_buckets(buckets)
    rows(f"INSERT INTO {table} VALUES (%s, %s, %s, %s)", series.pk, DAY, len(values), payload)


def series(**attributes: Any) -> Series:
    return SeriesFactory.create(**attributes)
