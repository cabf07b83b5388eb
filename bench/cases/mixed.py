"""P6: the same questions while 20,000 samples a second come in."""

import multiprocessing
import time

import numpy as np

from bench.cases.queries import ask_ours, paths_of
from bench.context import Context
from bench.day import day_of
from bench.encoders import HEADERS, json_bodies
from bench.processes import timed
from bench.report import Row
from bench.sending import Target, send
from bench.service import PREFIX
from bench.workload import Workload

_RATE = 20_000
_BATCH = 1_000
_MOST = 3.0


def run(context: Context) -> None:
    """Time the questions in quiet, then under load."""
    paths = paths_of(day_of(context))
    quiet = {name: _p99(context, path) for name, path in paths.items()}
    target = Target(
        f"{context.service.base}{PREFIX}/metrics",
        {**HEADERS["json"], **context.service.headers()},
        [],
    )
    seconds = 10 if context.options.quick else 60
    load = multiprocessing.get_context("fork").Process(
        target=_push, args=(target, context.options.hosts, seconds)
    )
    load.start()
    try:
        time.sleep(2)  # so that the questions meet the load, and not its start
        busy = {name: _p99(context, path) for name, path in paths.items()}
    finally:
        load.terminate()
        load.join()
    for name, p99 in busy.items():
        context.report.add(
            Row(
                "P6", f"({name}) p99 while {_RATE:,} samples/s come in", p99, "ms", "quiet", quiet[name],
                f"<= {_MOST:g} x", p99 <= _MOST * quiet[name],
            )
        )  # fmt: skip


def _p99(context: Context, path: str) -> float:
    ask_ours(context.service, path)
    number = 20 if context.options.quick else 5 * context.options.queries
    took = [timed(lambda: ask_ours(context.service, path)) for _ in range(number)]
    return float(np.percentile(took, 99)) * 1_000


def _push(target: Target, hosts: int, seconds: int) -> None:
    """Keep the rate for a while, in spans that follow the clock."""
    workload = Workload(hosts, 1, int(time.time()) - seconds, measurement="load")
    steps = _RATE * seconds // workload.series
    bodies = list(json_bodies(workload, workload.steps(steps), batch=_BATCH))
    send(target, bodies, clients=1, requests_per_s=_RATE / _BATCH)
