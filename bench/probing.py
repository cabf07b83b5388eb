"""python -m bench.probing SECONDS: tick as Celery does, in a process of its own, so that its CPU and memory show.

Prints one line of JSON: each probe as [name, slot (Unix time), seconds from its slot to its tick, seconds to its stored
row, status, response time in ms, error], the last tick (Unix time), the CPU seconds and the peak memory (MiB).
"""

import json
import resource
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import django
from django.conf import settings
from django.db import connection

WORKERS = 2


def main(seconds: float) -> None:
    """Tick for so long and print what came of it."""
    from health.services.probing import probe_due  # noqa: PLC0415 - Django has to be set up first

    probes: list[list[Any]] = []
    writing = threading.Lock()

    def tick(at: datetime) -> None:
        try:
            rows = probe_due(at=at)
        finally:
            connection.close()
        stored = datetime.now(UTC)
        with writing:
            probes.extend(_facts(row, at, stored) for row in rows)

    started_cpu = time.process_time()
    last = datetime.now(UTC)
    with ThreadPoolExecutor(WORKERS) as workers:
        ticks = []
        for last in _instants(seconds):
            ticks.append(workers.submit(tick, last))
    for done in ticks:
        done.result()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = time.process_time() - started_cpu
    result = {"probes": probes, "last_tick": last.timestamp(), "cpu_seconds": cpu}
    sys.stdout.write(json.dumps({**result, "peak_mib": usage.ru_maxrss / 1_024}) + "\n")


def _instants(seconds: float) -> Any:
    """Yield the instant of each tick when it has come."""
    every = settings.PROBE_TICK.total_seconds()
    started = time.monotonic()
    for number in range(int(seconds / every)):
        time.sleep(max(0.0, started + number * every - time.monotonic()))
        yield datetime.now(UTC)


def _facts(row: Any, at: datetime, stored: datetime) -> list[Any]:
    begun, kept = at - row.checked_at, stored - row.checked_at
    return [
        row.service_name,
        row.checked_at.timestamp(),
        begun.total_seconds(),
        kept.total_seconds(),
        row.status,
        row.response_time_ms,
        row.error_message,
    ]


if __name__ == "__main__":
    django.setup()
    main(float(sys.argv[1]))
