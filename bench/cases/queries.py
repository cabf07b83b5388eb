"""P5: the newest values, one series of a day, a hundred series of a day; through HTTP, answers compared.

All three are PromQL, so that both servers do the same work. What InfluxDB does with the same questions in its own
language is shown beside them.
"""

import json
from collections.abc import Callable
from statistics import median
from urllib.parse import urlencode

import numpy as np

from bench.context import Context
from bench.day import Day, day_of
from bench.peers import DATABASE, InfluxDB, Prometheus
from bench.processes import timed
from bench.report import Row
from bench.service import PREFIX, Service

OURS = f"{PREFIX}/prometheus/api/v1"
THEIRS = "/api/v1"
_GOALS = {"a": 0.5, "b": 1.0, "c": 0.7}
_TEXTS = {
    "a": "newest value of 1,000 series",
    "b": "one series, a day by 60 s",
    "c": "average of 100 series, a day by 5 min",
}
_ALL = '{__name__=~"cpu_usage_.+"}'
_TOLERANCE = 1e-9


def run(context: Context) -> None:
    """Load a day into each, then ask in turns."""
    day = day_of(context)
    paths = paths_of(day)
    with context.report.progress("queries", len(paths) * context.options.queries) as bar:
        for name, path in paths.items():
            contenders = _contenders(context.service, day, name, path)
            figures: dict[str, list[float]] = {who: [] for who in contenders}
            for ask in contenders.values():
                ask()
            for _ in range(context.options.queries):
                for who, ask in contenders.items():
                    figures[who].append(timed(ask) * 1_000)
                bar.advance()
            _report(context, name, {who: median(each) for who, each in figures.items()})


def paths_of(day: Day) -> dict[str, str]:
    """Return the three questions as paths below the query API."""
    hosts = "|".join(f"host_{number}" for number in range(100))

    def over_a_day(expression: str, step: int) -> str:
        asked = {"query": expression, "start": day.start, "end": day.end, "step": step}
        return f"/query_range?{urlencode(asked)}"

    return {
        "a": f"/query?{urlencode({'query': _ALL, 'time': day.end})}",
        "b": over_a_day('cpu_usage_user{hostname="host_7"}', 60),
        "c": over_a_day(f'avg(cpu_usage_user{{hostname=~"{hosts}"}})', 300),
    }


def ask_ours(service: Service, path: str) -> bytes:
    """Return our answer to a question of the query API."""
    return service.get(OURS + path)


def _contenders(
    service: Service, day: Day, name: str, path: str
) -> dict[str, Callable[[], object]]:
    found: dict[str, Callable[[], object]] = {"ours": lambda: ask_ours(service, path)}
    prometheus, influxdb = day.prometheus, day.influxdb
    if prometheus is not None:
        _compare(service, prometheus, name, path)
        found["Prometheus"] = lambda: prometheus.get(THEIRS + path)
    if influxdb is not None:
        query = _influx_path(name, day)
        found["InfluxDB"] = lambda: _checked(influxdb, query)
    return found


def _influx_path(name: str, day: Day) -> str:
    span = f"time >= {day.start}s and time <= {day.end}s"
    hosts = "|".join(f"host_{number}" for number in range(100))
    mean = "select mean(usage_user) from cpu where"
    queries = {
        "a": "select last(*) from cpu group by hostname",
        "b": f"{mean} hostname='host_7' and {span} group by time(60s)",
        "c": f"{mean} hostname =~ /^({hosts})$/ and {span} group by time(300s)",
    }
    return f"/query?{urlencode({'db': DATABASE, 'epoch': 'ms', 'q': queries[name]})}"


def _checked(influxdb: InfluxDB, path: str) -> bytes:
    body = influxdb.get(path)
    if b'"series"' not in body:
        raise RuntimeError(f"InfluxDB found nothing: {body[:200]!r}")
    return body


def _compare(service: Service, prometheus: Prometheus, name: str, path: str) -> None:
    """Raise RuntimeError unless both answers hold the same numbers: a fast wrong answer is worth nothing."""
    ours, theirs = _numbers(ask_ours(service, path)), _numbers(prometheus.get(THEIRS + path))
    if ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol=_TOLERANCE, atol=0):
        raise RuntimeError(
            f"query {name}: {ours.shape} {ours[:4]} is not {theirs.shape} {theirs[:4]}"
        )


def _numbers(body: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    result = json.loads(body)["data"]["result"]
    values = [float(pair[1]) for one in result for pair in one.get("values", [one.get("value")])]
    return np.sort(np.array(values))


def _report(context: Context, name: str, took: dict[str, float]) -> None:
    theirs = took.get("Prometheus")
    goal = _GOALS[name]
    note = f"InfluxDB {took['InfluxDB']:.1f}" if "InfluxDB" in took else ""
    met = None if theirs is None else took["ours"] <= goal * theirs
    context.report.add(
        Row(
            "P5",
            f"({name}) {_TEXTS[name]}",
            took["ours"],
            "ms",
            "Prometheus",
            theirs,
            f"<= {goal} x",
            met,
            note,
        )
    )
