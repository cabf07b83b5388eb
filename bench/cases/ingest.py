"""P1 to P3: samples a second over HTTP, committed, and what one costs."""

from collections.abc import Callable
from functools import partial
from statistics import median

from bench.context import INTERVAL, Context
from bench.encoders import HEADERS, Body, json_bodies, line_bodies, remote_write_bodies
from bench.report import Row
from bench.sealing import seal_everything
from bench.sending import Sent, Target, send
from bench.service import PREFIX
from bench.workload import Workload

_CLIENTS = 2
_WARM_UP = 10
_STEPS = 100
_FACTOR = 4  # so many series that a request of 2,000 holds one instant
_JSON, _LINES, _WRITES = 5_000, 5_000, 2_000


def run(context: Context) -> None:
    """Send the same workload to each, in turns."""
    steps = _STEPS // 4 if context.options.quick else _STEPS
    contenders = _contenders(context)
    results: dict[str, list[Sent]] = {name: [] for name in contenders}
    total = context.options.rounds * len(contenders)
    first = context.clock.take(_WARM_UP)
    for contender in contenders.values():  # series are made once, and then live for long
        contender(first, _WARM_UP)
    with context.report.progress("ingest", total) as bar:
        for _ in range(context.options.rounds):
            start = context.clock.take(steps)
            for name, contender in contenders.items():
                results[name].append(contender(start, steps))
                bar.advance()
    sealed = seal_everything()
    sealing = sealed.cpu_seconds / max(sealed.samples, 1) * 1e6
    _report(context, results, sealing)


def _contenders(context: Context) -> dict[str, Callable[..., Sent]]:
    service = context.service
    token = service.headers()
    ours = service.base + PREFIX
    found = {
        "json": _sender(
            Target(f"{ours}/metrics", {**HEADERS["json"], **token}, service.pids),
            partial(json_bodies, batch=_JSON),
            context,
            _JSON,
        ),
        "remote-write": _sender(
            Target(
                f"{ours}/prometheus/api/v1/write",
                {**HEADERS["remote-write"], **token},
                service.pids,
            ),
            partial(remote_write_bodies, batch=_WRITES),
            context,
            _WRITES,
        ),
        "lines": _sender(
            Target(f"{ours}/influx/write", {**HEADERS["lines"], **token}, service.pids),
            partial(line_bodies, batch=_LINES),
            context,
            _LINES,
        ),
    }
    if context.prometheus is not None:
        peer = Target(
            context.prometheus.write_url(), HEADERS["remote-write"], context.prometheus.pids
        )
        found["prometheus"] = _sender(
            peer, partial(remote_write_bodies, batch=_WRITES), context, _WRITES
        )
    if context.influxdb is not None:
        peer = Target(context.influxdb.write_url(), HEADERS["lines"], context.influxdb.pids)
        found["influxdb"] = _sender(peer, partial(line_bodies, batch=_LINES), context, _LINES)
    return found


def _sender(
    target: Target, encode: Callable[..., object], context: Context, batch: int
) -> Callable[..., Sent]:
    def run_once(start: int, steps: int) -> Sent:
        workload = Workload(_FACTOR * context.options.hosts, INTERVAL, start, measurement="ingest")
        bodies: list[Body] = list(encode(workload, workload.steps(steps)))  # type: ignore[call-overload]
        in_a_step = -(-workload.series // batch)
        sent = send(target, bodies, clients=_CLIENTS, bodies_a_step=in_a_step)
        if sent.refused:
            raise RuntimeError(f"{target.url} refused {sent.refused} samples: {sent.first_error}")
        return sent

    return run_once


def _report(context: Context, results: dict[str, list[Sent]], sealing: float) -> None:
    rate = {name: median(one.samples_per_s for one in sent) for name, sent in results.items()}
    cpu = {name: median(one.cpu_s_per_million for one in sent) for name, sent in results.items()}
    influx, prometheus = rate.get("influxdb"), rate.get("prometheus")
    add = context.report.add
    add(
        _rate_row(
            "P1", f"JSON x {_JSON:,}, two clients", rate["json"], "InfluxDB lines", influx, 1.3
        )
    )
    add(
        _rate_row(
            "P2", f"remote-write x {_WRITES:,}", rate["remote-write"], "Prometheus", prometheus, 1.5
        )
    )
    add(_rate_row("P1", "line protocol, ten fields", rate["lines"], "InfluxDB lines", influx, None))
    theirs = cpu.get("influxdb")
    for name in ("json", "remote-write", "lines"):
        ours = cpu[name] + sealing
        add(
            Row(
                "P3", f"CPU, {name}", ours, "s/million", "InfluxDB lines", theirs, "<= 1 x",
                None if theirs is None else ours <= theirs,
                f"of it {sealing:.2f} sealing",
            )
        )  # fmt: skip


def _rate_row(
    goal: str, what: str, ours: float, peer: str, theirs: float | None, least: float | None
) -> Row:
    met = None if theirs is None or least is None else ours >= least * theirs
    wanted = "" if least is None else f">= {least} x"
    return Row(goal, what, ours, "samples/s", peer, theirs, wanted, met)
