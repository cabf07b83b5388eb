"""P8: one sample a request, committed, beside a view behind the same server that does nothing."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.context import INTERVAL, Context
from bench.encoders import HEADERS, Body, json_bodies
from bench.report import Row
from bench.sending import Sent, Target, send
from bench.service import PREFIX, Service
from bench.workload import Workload

_CLIENTS = 8
_HOSTS = 10
_RATE = 500
_LEAST_SHARE = 0.6
_MOST_MS = 100


class Bare(Service):
    """The empty view."""

    name = "bare"

    def command(self) -> list[str]:
        """Return the same server with the other application."""
        return [word.replace("config.wsgi", "bench.bare") for word in super().command()]

    def ready_path(self) -> str:
        """Return the one path that answers a GET."""
        return "/ready"


def run(context: Context) -> None:
    """Ask both in turns, then push at a steady rate."""
    number = 500 if context.options.quick else 3_000
    workload = Workload(_HOSTS, INTERVAL, measurement="single")
    steps = number // workload.series
    workload.start = context.clock.take(steps)
    bodies = list(json_bodies(workload, workload.steps(steps), batch=1))[:number]
    with Bare(Path(context.directory / "bare"), processes=context.service.processes) as bare:
        ours, limit = [], []
        with context.report.progress("single samples", 2 * context.options.rounds) as bar:
            for _ in range(context.options.rounds):
                limit.append(_send(bare, "/nothing", bodies).requests_per_s)
                bar.advance()
                ours.append(_send(context.service, f"{PREFIX}/metrics", bodies).requests_per_s)
                bar.advance()
    best, empty = median(ours), median(limit)
    context.report.add(
        Row(
            "P8", f"one sample a request, {_CLIENTS} clients", best, "requests/s", "empty view", empty,
            f">= {_LEAST_SHARE} x", best >= _LEAST_SHARE * empty,
        )
    )  # fmt: skip
    paced = _send(context.service, f"{PREFIX}/metrics", bodies, rate=_RATE)
    context.report.add(
        Row(
            "P8", f"p99 at {_RATE} requests/s", paced.p99_ms, "ms", "limit", _MOST_MS, f"<= {_MOST_MS} ms",
            paced.p99_ms <= _MOST_MS and paced.requests_per_s > 0.95 * _RATE,
            f"p50 {paced.p50_ms:.1f} ms, {paced.requests_per_s:.0f} requests/s kept",
        )
    )  # fmt: skip


def _send(service: Service, path: str, bodies: Sequence[Body], rate: float | None = None) -> Sent:
    target = Target(service.base + path, {**HEADERS["json"], **service.headers()}, service.pids)
    sent = send(target, bodies, clients=_CLIENTS, requests_per_s=rate)
    if sent.refused:
        raise RuntimeError(f"{path} refused {sent.refused} samples: {sent.first_error}")
    return sent
