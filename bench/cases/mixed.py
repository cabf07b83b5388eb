"""P6: the same questions while 20,000 samples a second come in."""

import threading
import time

import numpy as np

from bench.cases.queries import ask_ours, paths_of
from bench.context import Context
from bench.day import day_of
from bench.encoders import HEADERS, Body, json_bodies
from bench.processes import timed
from bench.report import Row
from bench.sending import Sent, Target, send
from bench.service import PREFIX
from bench.workload import Workload

_RATE = 20_000
_BATCH = 1_000
_CLIENTS = 4
_MOST = 3.0
_SETTLE_SECONDS = 2  # the questions are to meet the load, not its start


class _Load(threading.Thread):
    """Keeps the rate until its bodies are sent."""

    def __init__(self, target: Target, bodies: list[Body]) -> None:
        super().__init__()
        self._target = target
        self._bodies = bodies
        self.sent: Sent | None = None

    def run(self) -> None:
        self.sent = send(
            self._target, self._bodies, clients=_CLIENTS, requests_per_s=_RATE / _BATCH
        )


def run(context: Context) -> None:
    """Time the questions in quiet, then under load."""
    paths = paths_of(day_of(context))
    seconds = 10 if context.options.quick else 60
    bodies = _bodies(context, seconds)
    quiet = {name: _p99(context, path, seconds / 6) for name, path in paths.items()}
    headers = {**HEADERS["json"], **context.service.headers()}
    load = _Load(Target(f"{context.service.base}{PREFIX}/metrics", headers, []), bodies)
    load.start()
    time.sleep(_SETTLE_SECONDS)
    busy = {name: _p99(context, path, seconds / 6) for name, path in paths.items()}
    load.join()
    if load.sent is None or load.sent.refused:
        raise RuntimeError(f"the load was refused: {load.sent}")
    kept = load.sent.samples_per_s
    for name, p99 in busy.items():
        context.report.add(
            Row(
                "P6", f"({name}) p99 while {_RATE:,} samples/s come in", p99, "ms", "quiet", quiet[name],
                f"<= {_MOST:g} x", p99 <= _MOST * quiet[name], f"{kept:,.0f} samples/s kept",
            )
        )  # fmt: skip


def _p99(context: Context, path: str, seconds: float) -> float:
    """Ask for so long; return the p99 in ms."""
    ask_ours(context.service, path)
    took = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        took.append(timed(lambda: ask_ours(context.service, path)))
    return float(np.percentile(took, 99)) * 1_000


def _bodies(context: Context, seconds: int) -> list[Body]:
    """Return bodies for so long, of a span that ends now."""
    workload = Workload(context.options.hosts, interval=1, measurement="load")
    steps = _RATE * seconds // workload.series
    workload.start = int(time.time()) - steps
    return list(json_bodies(workload, workload.steps(steps), batch=_BATCH))
