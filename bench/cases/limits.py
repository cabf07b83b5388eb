"""The limit for storage: the same samples by COPY into a table of rows, and as segments without the door."""

import struct
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from numpy.typing import NDArray

from bench.context import INTERVAL, Context
from bench.report import Row
from bench.workload import Step, Workload
from monitoring.storage import segments

_BATCH_STEPS = 5
_ROWS_TABLE = "bench_rows"
_PG_EPOCH_MS = 946_684_800_000
_ROW = np.dtype(
    [("fields", ">i2"), ("l1", ">i4"), ("series", ">i4"), ("l2", ">i4"), ("at", ">i8"), ("l3", ">i4"), ("value", ">f8")]
)  # fmt: skip
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_COPY_TAIL = struct.pack(">h", -1)

Write = Callable[[NDArray[np.int64], NDArray[np.float64]], None]


def run(context: Context) -> None:
    """Write in transactions of 5,000 samples, in turns."""
    steps = 100 if context.options.quick else 500
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {_ROWS_TABLE} (series int, at timestamptz, value float8)"
        )
    rows, packed = [], []
    with context.report.progress("limits", 2 * context.options.rounds) as bar:
        for _ in range(context.options.rounds):
            rows.append(_rate(context, steps, _copy_rows))
            bar.advance()
            packed.append(_rate(context, steps, _write_segment))
            bar.advance()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {_ROWS_TABLE}")
        cursor.execute("DELETE FROM segment WHERE t_max < now() - interval '20 years'")
    context.report.add(
        Row(
            "-",
            "segments without HTTP, 5,000 a commit",
            median(packed),
            "samples/s",
            "COPY of rows",
            median(rows),
        )
    )


def _rate(context: Context, steps: int, write: Write) -> float:
    workload = Workload(context.options.hosts, INTERVAL, start=0)
    batches: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    waiting: list[Step] = []
    for step in workload.steps(steps):
        waiting.append(step)
        if len(waiting) == _BATCH_STEPS:
            at_ms = np.array([one.at * 1_000 for one in waiting], np.int64)
            values = np.stack([one.values for one in waiting], axis=1)
            batches.append((at_ms, values))
            waiting = []
    started = perf_counter()
    for at_ms, values in batches:
        with transaction.atomic():
            write(at_ms, values)
    return steps * workload.series / (perf_counter() - started)


def _write_segment(at_ms: NDArray[np.int64], values: NDArray[np.float64]) -> None:
    series = np.repeat(np.arange(len(values), dtype=np.int32), len(at_ms))
    segments.write(series, np.tile(at_ms, len(values)), values.ravel(), received_at=timezone.now())


def _copy_rows(at_ms: NDArray[np.int64], values: NDArray[np.float64]) -> None:
    rows = np.empty(values.size, _ROW)
    rows["fields"], rows["l1"], rows["l2"], rows["l3"] = 3, 4, 8, 8
    rows["series"] = np.repeat(np.arange(len(values)), len(at_ms))
    rows["at"] = (np.tile(at_ms, len(values)) - _PG_EPOCH_MS) * 1_000
    rows["value"] = values.ravel()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {_ROWS_TABLE} FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_COPY_HEAD + rows.tobytes() + _COPY_TAIL)
