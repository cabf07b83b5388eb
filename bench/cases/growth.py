"""P9: the same questions and the same ingest with a hundred times the series and thirty times the days."""

from statistics import median

import numpy as np
from django.db import connection

from bench.cases import storage
from bench.cases.queries import ask_ours, paths_of
from bench.context import INTERVAL, Context
from bench.day import day_of
from bench.encoders import HEADERS, json_bodies
from bench.processes import median_ms
from bench.report import Row
from bench.sending import Target, send
from bench.service import PREFIX
from bench.workload import Workload
from monitoring.models import Series
from monitoring.storage import chunk_codec, partitions
from monitoring.storage.instants import from_ms

_FACTOR_SERIES, _DAYS = 100, 30
_DAY = 86_400
_POINTS = 720
_QUERY_MOST, _INGEST_MOST = 2.0, 1.2
_JSON = 5_000


def run(context: Context) -> None:
    """Measure, let the store grow, measure again."""
    day = day_of(context)
    paths = {name: path for name, path in paths_of(day).items() if name in {"a", "b"}}
    before = _figures(context, paths)
    _more_series(context)
    _more_days(context, day.start)
    after = _figures(context, paths)
    for name, took in after.items():
        most = _INGEST_MOST if name == "ingest" else _QUERY_MOST
        what = "CPU of JSON ingest" if name == "ingest" else f"query ({name})"
        unit = "s/million" if name == "ingest" else "ms"
        context.report.add(
            Row(
                "P9", f"{what}, {_FACTOR_SERIES} x series, {_DAYS} x days", took, unit, "before",
                before[name], f"< {most:g} x", took < most * before[name],
            )
        )  # fmt: skip


def _figures(context: Context, paths: dict[str, str]) -> dict[str, float]:
    found = {
        name: median_ms(lambda: ask_ours(context.service, path), runs=context.options.queries)  # noqa: B023
        for name, path in paths.items()
    }
    return {**found, "ingest": _ingest(context)}


def _ingest(context: Context) -> float:
    """Return the server's CPU seconds for a million samples of the series that were there from the start."""
    steps = 50 if context.options.quick else 200
    _send(context, steps)  # both processes meet the series
    return median(_send(context, steps) for _ in range(context.options.rounds))


def _send(context: Context, steps: int) -> float:
    start = context.clock.take(steps)
    workload = Workload(context.options.hosts, INTERVAL, start, measurement="ingest")
    bodies = list(json_bodies(workload, workload.steps(steps), batch=_JSON))
    headers = {**HEADERS["json"], **context.service.headers()}
    target = Target(f"{context.service.base}{PREFIX}/metrics", headers, context.service.pids)
    return send(target, bodies, clients=2).cpu_s_per_million


def _more_series(context: Context) -> None:
    """Add series of hosts that nobody asks for, each with a few samples."""
    factor = 10 if context.options.quick else _FACTOR_SERIES
    hosts = context.options.hosts * factor - context.options.hosts
    workload = Workload(hosts, INTERVAL, context.clock.take(6), seed=11, measurement="more")
    storage.load(context, workload, 6)


def _more_days(context: Context, start: int) -> None:
    """Put full chunks of earlier days behind those of the measured series."""
    ids = list(
        Series.objects.filter(metric__name__startswith="cpu_usage_").values_list("id", flat=True)
    )
    days = 3 if context.options.quick else _DAYS
    with context.report.progress("older days", days * len(ids)) as bar:
        for day in range(1, days + 1):
            first = start - day * _DAY
            partitions.ensure("chunk", from_ms(first * 1_000))
            partitions.ensure("chunk", from_ms((first + _DAY) * 1_000))
            for series_id in ids:
                _write_day(series_id, first)
                bar.advance()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) chunk")


def _write_day(series_id: int, first: int) -> None:
    """Write one day of one series: twelve chunks at an interval of ten seconds."""
    random = np.random.default_rng(series_id)
    rows = []
    for number in range(_DAY // INTERVAL // _POINTS):
        at_ms = (first + (number * _POINTS + np.arange(_POINTS)) * INTERVAL) * 1_000
        values = np.floor(np.clip(50 + np.cumsum(random.standard_normal(_POINTS)), 0, 100))
        payload = chunk_codec.encode_chunk(at_ms, values)
        rows.append((series_id, from_ms(int(at_ms[0])), from_ms(int(at_ms[-1])), _POINTS, payload))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO chunk (series_id, t0, t1, n, payload) VALUES (%s, %s, %s, %s, %s)", rows
        )
