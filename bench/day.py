"""A day of 1,000 series, the same samples in this service and in peers that hold nothing else."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.context import INTERVAL, Context
from bench.encoders import HEADERS, line_bodies, remote_write_bodies
from bench.peers import InfluxDB, Prometheus
from bench.sealing import seal_everything
from bench.sending import Target, send
from bench.service import PREFIX
from bench.workload import Workload

_BATCH = 2_000
_STEPS_AT_ONCE = 360


@dataclass(frozen=True, slots=True)
class Day:
    """What was loaded: first and last instant in seconds, and who else has it."""

    start: int
    end: int
    prometheus: Prometheus | None
    influxdb: InfluxDB | None


def day_of(context: Context) -> Day:
    """Return the day, loaded and sealed by the first case that asks."""
    if context.day is None:
        context.day = _load_day(context)
    return context.day


def _load_day(context: Context) -> Day:
    steps = (1 if context.options.quick else context.options.hours) * 3_600 // INTERVAL
    end = int(time.time()) // 300 * 300
    start = end - steps * INTERVAL
    day = Day(start, end - INTERVAL, *_peers(context))
    write = f"{context.service.base}{PREFIX}/prometheus/api/v1/write"
    headers = {**HEADERS["remote-write"], **context.service.headers()}
    _load(context, "this service", Target(write, headers, []), day, remote_write_bodies)
    if day.prometheus is not None:
        target = Target(day.prometheus.write_url(), HEADERS["remote-write"], [])
        _load(context, "Prometheus", target, day, remote_write_bodies)
    if day.influxdb is not None:
        target = Target(day.influxdb.write_url(), HEADERS["lines"], [])
        _load(context, "InfluxDB", target, day, line_bodies)
        day.influxdb.settle()
    seal_everything()
    return day


def _peers(context: Context) -> tuple[Prometheus | None, InfluxDB | None]:
    prometheus = influxdb = None
    if context.prometheus is not None:
        prometheus = context.stack.enter_context(Prometheus(context.directory / "prometheus-day"))
    if context.influxdb is not None:
        influxdb = context.stack.enter_context(InfluxDB(context.directory / "influxdb-day"))
        influxdb.create_database()
    return prometheus, influxdb


def _load(
    context: Context, name: str, target: Target, day: Day, encode: Callable[..., object]
) -> None:
    steps = (day.end - day.start) // INTERVAL + 1
    workload = Workload(context.options.hosts, INTERVAL, day.start, seed=7)
    walk = workload.steps(steps)
    with context.report.progress(f"loading {name}", steps) as bar:
        for first in range(0, steps, _STEPS_AT_ONCE):
            number = min(_STEPS_AT_ONCE, steps - first)
            taken = [next(walk) for _ in range(number)]
            bodies = list(encode(workload, taken, batch=_BATCH))  # type: ignore[call-overload]
            sent = send(target, bodies, clients=1)
            if sent.refused:
                raise RuntimeError(f"{name} refused {sent.refused}: {sent.first_error}")
            bar.advance(number)
