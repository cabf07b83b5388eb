"""P13: 500 services probed every 30 s, a tenth of them failing in six ways: who is late, and what it costs."""

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from bench.context import Context
from bench.probed import WAYS
from bench.report import Row
from health.models import WatchedService

_SERVICES = 500
_INTERVAL_SECONDS = 30
_TICK_SECONDS = 5
# All are due at the start: a burst that holds every service until its slowest probe is over, so that the second turn of
# some is a tick late. Neither turn says anything about a service that runs.
_COLD_TURNS = 2
# A tick, and a second for what a busy machine adds.
_LATE_SECONDS = _TICK_SECONDS + 1
_LEAST_SHARE, _MOST_CORES, _MOST_MIB = 0.99, 0.25, 250.0


class Probe(NamedTuple):
    """One stored probe, as the ticking process saw it."""

    name: str
    slot: float
    begun_seconds: float
    stored_seconds: float
    status: str
    response_ms: int | None
    error: str | None


def run(context: Context) -> None:
    """Let a process tick for some minutes and look at what it stored."""
    intervals = 3 if context.options.quick else 8
    directory = context.directory / "probes"
    directory.mkdir(exist_ok=True)
    with _probed(directory) as urls, _watched(urls), context.report.progress("probing"):
        seconds = (intervals + 1) * _INTERVAL_SECONDS
        found = _tick(seconds)
    probes = [Probe(*each) for each in found["probes"]]
    later = [probe for _, turns in _by_name(probes) for probe in turns[_COLD_TURNS:]]
    due = sum(
        int((found["last_tick"] - turns[_COLD_TURNS - 1].slot) // _INTERVAL_SECONDS)
        for _, turns in _by_name(probes)
    )
    _report_time(context, later, due)
    _report_good(context, later)
    _report_cost(context, found, seconds, len(probes))
    _report_failures(context, later)


@contextmanager
def _probed(directory: Path) -> Iterator[Mapping[str, str]]:
    command = [sys.executable, "-m", "bench.probed", str(directory)]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None  # noqa: S101 - for the type checker
        assert process.stdout is not None  # noqa: S101 - for the type checker
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()
            process.terminate()


@contextmanager
def _watched(urls: Mapping[str, str]) -> Iterator[None]:
    """Watch the services while the block runs; each tenth fails, the ways in turns."""
    ways = itertools.cycle(WAYS)
    rows = []
    for number in range(_SERVICES):
        way = next(ways) if number % 10 == 0 else "good"
        name = f"{way.lower().replace(' ', '-')}-{number}"
        rows.append(
            WatchedService(
                name=name,
                service_name=f"{name}-service",
                url=urls[way],
                interval_seconds=_INTERVAL_SECONDS,
            )
        )
    WatchedService.objects.bulk_create(rows)
    try:
        yield
    finally:
        WatchedService.objects.filter(name__in=[row.name for row in rows]).delete()


def _tick(seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.probing", str(seconds)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _by_name(probes: Sequence[Probe]) -> Iterator[tuple[str, list[Probe]]]:
    ordered = sorted(probes, key=lambda probe: probe.name)  # stable: each keeps its order in time
    for name, turns in itertools.groupby(ordered, key=lambda probe: probe.name):
        yield name, list(turns)


def _report_time(context: Context, probes: Sequence[Probe], due: int) -> None:
    """Say how many of the turns that were due were begun in time and stored before the next one."""
    timely = sum(
        probe.begun_seconds <= _LATE_SECONDS and probe.stored_seconds < _INTERVAL_SECONDS
        for probe in probes
    )
    share = timely / due if due else 0.0
    worst = max((probe.begun_seconds for probe in probes), default=0.0)
    note = f"{timely:,} of {due:,} due, the latest begun {worst:.1f} s after its slot"
    context.report.add(
        Row(
            "P13", f"{_SERVICES} services at {_INTERVAL_SECONDS} s: probed in time", 100 * share, "%", "goal",
            100 * _LEAST_SHARE, f">= {100 * _LEAST_SHARE:g} %", share >= _LEAST_SHARE, note,
        )
    )  # fmt: skip


def _report_good(context: Context, probes: Sequence[Probe]) -> None:
    """Say how long good services seem to take, which is what the failing ones and we add."""
    times = [probe.response_ms or 0 for probe in probes if probe.name.startswith("good-")]
    wrong = sum(probe.status != "healthy" for probe in probes if probe.name.startswith("good-"))
    p95 = quantiles(times, n=20)[-1] if len(times) > 1 else 0.0
    note = f"{wrong} of {len(times):,} not healthy"
    context.report.add(
        Row("P13", "p95 of the good ones", p95, "ms", goal="all healthy", met=not wrong, note=note)
    )


def _report_cost(context: Context, found: Mapping[str, Any], seconds: float, count: int) -> None:
    cpu, peak = float(found["cpu_seconds"]), float(found["peak_mib"])
    cores = cpu / seconds
    note = f"{1_000 * cpu / count:.2f} ms a probe, stored and judged" if count else ""
    add = context.report.add
    add(
        Row(
            "P13", "CPU of the probing process", cores, "cores", "limit", _MOST_CORES,
            f"<= {_MOST_CORES:g}", cores <= _MOST_CORES, note,
        )
    )  # fmt: skip
    add(
        Row(
            "P13", "peak memory of the probing process", peak, "MiB", "limit", _MOST_MIB,
            f"<= {_MOST_MIB:g} MiB", peak <= _MOST_MIB,
        )
    )  # fmt: skip


def _report_failures(context: Context, probes: Sequence[Probe]) -> None:
    """Say whether each way to fail was seen as one, by its reason."""
    for way in WAYS:
        prefix = f"{way.lower().replace(' ', '-')}-"
        failing = [probe for probe in probes if probe.name.startswith(prefix)]
        seen = sum(probe.status != "healthy" for probe in failing)
        reasons = sorted({probe.error or "" for probe in failing})
        share = 100 * seen / len(failing) if failing else 0.0
        note = "; ".join(reasons)
        context.report.add(
            Row(
                "P13",
                f"seen as failing: {way}",
                share,
                "%",
                goal="100 %",
                met=share == 100,
                note=note,
            )
        )
