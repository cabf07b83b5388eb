"""Writes samples straight into chunks, and reads them as a process that keeps what it has decoded."""

import numpy as np

from monitoring.storage import chunks
from tests.monitoring.storage.sealing_samples import NOON_MS, Found, Rows, seal, write

SECOND = 1_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def read(*ids: int, start: int = -DAY_MS, end: int = DAY_MS) -> Found:
    """Return what lies between two instants, in ms since noon."""
    samples = chunks.read(np.array(ids, np.int32), NOON_MS + start, NOON_MS + end)
    keys = zip(samples.series.tolist(), (samples.at_ms - NOON_MS).tolist(), strict=True)
    found = dict(zip(keys, samples.values.tolist(), strict=True))
    assert list(found) == sorted(found), "samples come by series, then time"
    assert len(found) == len(samples.series), "each instant comes once"
    return found


def line(series: int, samples: int, first: int = 0) -> Rows:
    """Return a sample a second."""
    return [(series, (first + at) * SECOND, float(at)) for at in range(samples)]


def found_of(rows: Rows) -> Found:
    return {(series, at_ms): value for series, at_ms, value in rows}


def store(*rows: tuple[int, int, float]) -> None:
    write(list(rows))
    seal()
