"""Writes segments, from this session or another, and looks at what a process knows of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg

from monitoring.storage import codec, segments
from monitoring.storage.instants import to_ms
from monitoring.storage.newest_table import NO_SAMPLE_MS
from monitoring.storage.sealing import seal
from monitoring.storage.unsealed import Unsealed, View
from tests.monitoring.factories import NOON, LatestFactory
from tests.monitoring.storage.second_connection import second_connection

Session = psycopg.Connection[Any]
NOON_MS = to_ms(NOON)
MEGABYTE = 1_000_000


def series_without_samples() -> int:
    """Add a series that has no sample yet, and return its number."""
    return int(LatestFactory.create(at="1970-01-01T00:00:00Z", value=0).pk)


def write(series: int, value: float, *, after_ms: int = 0) -> None:
    """Commit a segment of one sample."""
    segments.write(
        np.array([series], np.int32),
        np.array([NOON_MS + after_ms]),
        np.array([value]),
        received_at=NOON,
    )


def write_in(session: Session, series: int, value: float, *, after_ms: int = 0) -> None:
    """Write a segment of one sample in the transaction of another session."""
    payload = codec.encode(
        np.array([series], np.int32), np.array([NOON_MS + after_ms]), np.array([value])
    )
    session.execute(
        "INSERT INTO segment (received_at, t_min, t_max, n, payload) VALUES (%s, %s, %s, 1, %s)",
        [NOON, NOON, NOON, payload],
    )


def seal_all() -> None:
    """Seal every segment there is."""
    assert seal(at=NOON + timedelta(hours=1), is_due=True).segments


def samples(view: View, series: int) -> dict[int, float]:
    """Return what the blocks hold of a series, by milliseconds after noon."""
    found: dict[int, float] = {}
    for block in view.blocks:
        picked = block.pick(np.array([series], np.int32), 0, 2 * NOON_MS)
        if picked is not None:
            found |= dict(
                zip((picked.at_ms - NOON_MS).tolist(), picked.values.tolist(), strict=True)
            )
    return found


def newest(process: Unsealed, series: int) -> tuple[int, float] | None:
    """Return the newest sample of a series, in milliseconds after noon."""
    at_ms, values = process.view(with_newest=True).newest_of(np.array([series], np.int32))
    if at_ms[0] == NO_SAMPLE_MS:
        return None
    return int(at_ms[0]) - NOON_MS, float(values[0])


@contextmanager
def two_writers() -> Iterator[tuple[Session, Session]]:
    """Give two sessions, each within a transaction."""
    with second_connection() as first, second_connection() as second:
        first.execute("BEGIN")
        second.execute("BEGIN")
        yield first, second
