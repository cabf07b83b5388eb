"""The course of a run: quiet, faults, settle, compare."""

import argparse
import random
import time
from collections import Counter
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Max
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from alerts.models import Notification
from chaos import ledger
from chaos.faults import strike
from chaos.load import Load, create_rule
from chaos.stage import Stage
from chaos.verdict import judge

_TICK_SECONDS = 0.2
_SETTLE_SECONDS = 300.0


def run(stage: Stage, options: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Return the figures of the quiet phase and of the one with faults."""
    create_rule()
    load = Load(options.series)
    load.start()
    draw = random.Random(options.seed)  # noqa: S311 - a repeatable run, no secret
    with _progress(console) as progress:
        _wait(stage, options.quiet, progress, "quiet")
        border = _last_id()
        faults = _strike_all(stage, options, draw, progress)
        console.log("no more faults, waiting until everything has settled")
        load.stop()
        settled = ledger.wait_until_settled(stage.tick, seconds=_SETTLE_SECONDS)
    received = ledger.received_keys(stage.received)
    early, late = ledger.rows(until=border), ledger.rows(since=border)
    return {
        "settled": settled,
        "faults": dict(faults),
        "flips": load.flips,
        "whole": judge([*early, *late], received, unaccounted=ledger.unaccounted()),
        "quiet_phase": judge(early, received, unaccounted=0),
        "fault_phase": judge(late, received, unaccounted=0),
    }


def _strike_all(
    stage: Stage, options: argparse.Namespace, draw: random.Random, progress: Progress
) -> Counter[str]:
    """Kill until there were enough faults and enough messages."""
    faults: Counter[str] = Counter()
    bar = progress.add_task("faults", total=options.faults)
    arrived = progress.add_task("messages", total=options.notifications)
    while True:
        kept = len(ledger.received_keys(stage.received))
        progress.update(arrived, completed=kept)
        if faults.total() >= options.faults and kept >= options.notifications:
            return faults
        _pause(stage, draw.uniform(0.5, 1.5) * options.gap)
        name = strike(stage, draw) if faults.total() < options.faults else ""
        if name:
            faults[name] += 1
            progress.update(bar, completed=faults.total())


def _wait(stage: Stage, seconds: float, progress: Progress, what: str) -> None:
    bar = progress.add_task(what, total=seconds)
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        progress.update(bar, completed=passed)
        _pause(stage, _TICK_SECONDS)
    progress.update(bar, completed=seconds)


def _pause(stage: Stage, seconds: float) -> None:
    """Let time pass while what died is started again."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        stage.tick()
        time.sleep(_TICK_SECONDS)


def _last_id() -> int:
    while True:
        try:
            return Notification.objects.aggregate(last=Max("pk"))["last"] or 0
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(_TICK_SECONDS)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:>10}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TimeElapsedColumn(),
        console=console,
    )
