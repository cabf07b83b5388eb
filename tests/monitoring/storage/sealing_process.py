"""python -m tests.monitoring.storage.sealing_process write ACKS STOP | seal PROGRESS | report

`write` pushes batches until the file STOP exists, and appends the number of each batch that was acknowledged
to the file ACKS; one that was not is pushed again. `seal` seals for ever, some batches at a time, and
appends "begin" and "end" to the file PROGRESS. `report` seals the rest and prints what a reader finds, as
JSON.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

import numpy as np  # noqa: E402 - Django comes first
from django.db import InterfaceError, OperationalError, connection  # noqa: E402
from django.db.models import Count, Sum  # noqa: E402

from monitoring.errors import DatabaseUnavailableError  # noqa: E402
from monitoring.ingest.door import ingest  # noqa: E402
from monitoring.models import Chunk, Segment, Series  # noqa: E402
from monitoring.storage import chunks, sealing  # noqa: E402
from monitoring.storage.instants import to_ms  # noqa: E402
from monitoring.types import Origin  # noqa: E402
from tests.monitoring.factories import NOON, gauge  # noqa: E402

SERIES, POINTS = 25, 20  # of each batch
AT_ONCE = 10 * SERIES * POINTS
_FIRST = NOON - timedelta(hours=12, minutes=20)  # so that the chunks of two days are written
_STEP = timedelta(seconds=1)
_LATER = NOON + timedelta(hours=1)
_PAUSE_SECONDS = 0.02  # a restarting database is asked this often


def value_of(series: int, point: int) -> float:
    """Return the value of a series at its n-th instant: no two samples have the same."""
    return float(point * SERIES + series)


def write(acks: Path, stop: Path) -> None:
    """Push one batch after the other."""
    file = _opened(acks)
    number = 0
    while not stop.exists():
        points = range(number * POINTS, (number + 1) * POINTS)
        samples = [
            gauge(value_of(series, point), at=_FIRST + point * _STEP, number=str(series))
            for point in points
            for series in range(SERIES)
        ]
        try:
            report = ingest(samples, origin=Origin.PUSH, at=NOON)
        except DatabaseUnavailableError:
            time.sleep(_PAUSE_SECONDS)
            continue
        assert report.stored == len(samples)
        os.write(file, b"%d\n" % number)  # one write: a kill leaves all of it or nothing
        number += 1


def seal(progress: Path) -> None:
    """Seal without end, beside others of the same kind."""
    file = _opened(progress)
    while True:
        os.write(file, b"begin\n")
        report = _patiently(_seal_some)
        os.write(file, b"end\n")
        if not report.segments:
            time.sleep(_PAUSE_SECONDS)


def report() -> dict[str, Any]:
    """Return the values of each series in order, how many samples the chunks say, and what else is left."""
    while _seal_some().has_more:
        pass
    ids = dict(Series.objects.values_list("labels__number", "id"))
    start_ms, end_ms = to_ms(NOON - timedelta(days=1)), to_ms(_LATER)
    curves = {
        int(number): chunks.read(np.array([series_id], np.int32), start_ms, end_ms)
        for number, series_id in ids.items()
    }
    return {
        "curves": {number: curve.values.tolist() for number, curve in curves.items()},
        "are_instants_right": all(
            curve.at_ms.tolist()
            == [to_ms(_FIRST + point * _STEP) for point in range(len(curve.at_ms))]
            for curve in curves.values()
        ),
        "sealed": Chunk.objects.aggregate(samples=Sum("n"))["samples"],
        "segments": Segment.objects.aggregate(left=Count("id"))["left"],
    }


def _seal_some() -> sealing.SealReport:
    return sealing.seal(at=_LATER, is_due=True, max_samples=AT_ONCE)


def _patiently(step: Callable[[], sealing.SealReport]) -> sealing.SealReport:
    while True:
        try:
            return step()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(_PAUSE_SECONDS)


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


if __name__ == "__main__":
    mode, *names = sys.argv[1:]
    files = [Path(name) for name in names]
    if mode == "write":
        write(files[0], files[1])
    elif mode == "seal":
        seal(files[0])
    else:
        sys.stdout.write(json.dumps(report()))
