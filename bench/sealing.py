"""Sealing at once what a run has loaded, and what that costs."""

from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

import psutil
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench.processes import cpu_seconds
from bench.service import postmaster
from monitoring.storage.sealing import seal

_TABLES = ("segment", "chunk", "latest")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What became of the unsealed samples. CPU of this process and of PostgreSQL together."""

    samples: int
    seconds: float
    cpu_seconds: float


def seal_everything() -> Sealed:
    """Seal until nothing is left, then let PostgreSQL clean up as autovacuum would."""
    pids = [psutil.Process().pid, postmaster()]
    before, started = cpu_seconds(pids), perf_counter()
    samples = 0
    while report := seal(
        at=timezone.now() + settings.SEAL_GRACE + timedelta(seconds=1), is_due=True
    ):
        if not report.samples:
            break
        samples += report.samples
    spent, seconds = cpu_seconds(pids) - before, perf_counter() - started
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    return Sealed(samples, seconds, spent)
