"""P10: 100,000 series within a scrape; /health while everything that is watched hangs."""

import os
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import sleep

import numpy as np
from django.utils import timezone

from bench.context import Context
from bench.processes import timed
from bench.report import Row
from bench.service import PREFIX, Service
from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample

_SERIES = 100_000
_BATCH = 5_000
_EXPORT_MS = 1_000.0
_HEALTH_MS = 5.0
_FRESH_SECONDS = 3
_PAUSE_SECONDS = 0.02


class Beleaguered(Service):
    """The service while the cache and all watched services accept connections and never answer."""

    name = "beleaguered"

    def __init__(self, directory: Path, *, processes: int, hung_port: int) -> None:
        super().__init__(directory, processes=processes)
        self._hung_port = hung_port

    def environ(self) -> Mapping[str, str]:
        """Return an environment whose addresses lead to a server that says nothing."""
        watched = {name for name in os.environ if name.endswith("_SERVICE_URL")}
        hung = f"http://127.0.0.1:{self._hung_port}"
        redis = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(self._hung_port)}
        return {**super().environ(), **dict.fromkeys(watched, hung), **redis}


def run(context: Context) -> None:
    """Store the series, scrape them anew several times, then besiege /health."""
    number = 10_000 if context.options.quick else _SERIES
    _store(context, number)
    path = f"{PREFIX}/metrics/export"
    cold, warm, size = [], [], 0
    with context.report.progress("export", 3) as bar:
        for _ in range(3):
            _touch()
            sleep(_FRESH_SECONDS)  # an export is kept for two
            cold.append(timed(lambda: context.service.get(path)) * 1_000)
            warm.append(timed(lambda: context.service.get(path)) * 1_000)
            size = len(context.service.get(path))
            bar.advance()
    took = median(cold)
    context.report.add(
        Row(
            "P10", f"export of {number:,} series", took, "ms", "limit", _EXPORT_MS, "<= 1 s", took <= _EXPORT_MS,
            f"{size / 1e6:.1f} MB; again within its cache {median(warm):.0f} ms",
        )
    )  # fmt: skip
    _health(context)


def _store(context: Context, number: int) -> None:
    now = timezone.now()
    with context.report.progress("storing series", number) as bar:
        for first in range(0, number, _BATCH):
            samples = [
                Sample(
                    f"export_bench_{place % 50}", f"bench-{place % 5}-service", float(place), now,
                    MetricType.GAUGE, {"host": f"host_{place}", "region": "eu-a"},
                )
                for place in range(first, first + _BATCH)
            ]  # fmt: skip
            ingest(samples, origin=Origin.PUSH, at=now)
            bar.advance(_BATCH)


def _touch() -> None:
    """Store one sample, so that an export has something new to show."""
    now = timezone.now()
    ingest(
        [Sample("export_bench_touch", "bench-0-service", now.timestamp(), now)],
        origin=Origin.PUSH,
        at=now,
    )


def _health(context: Context) -> None:
    number = 50 if context.options.quick else 500
    with ExitStack() as stack:
        hung = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=512))
        service = stack.enter_context(
            Beleaguered(
                context.directory / "beleaguered",
                processes=1,
                hung_port=hung.getsockname()[1],
            )
        )
        for path in ("/health", "/livez"):
            service.get(path)
            took = []
            for _ in range(
                number
            ):  # over several seconds, so that what is remembered has to be renewed
                took.append(timed(lambda: service.get(path)) * 1_000)  # noqa: B023 - used at once
                sleep(_PAUSE_SECONDS)
            p99 = float(np.percentile(took, 99))
            context.report.add(
                Row(
                    "P10",
                    f"{path} p99 while its peers hang",
                    p99,
                    "ms",
                    "limit",
                    _HEALTH_MS,
                    "< 5 ms",
                    p99 < _HEALTH_MS,
                )
            )
