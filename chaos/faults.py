"""The faults: kill -9 of one process, at random."""

import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress

import psutil

from chaos.stage import Stage

Fault = Callable[[Stage, random.Random], bool]
"""Returns whether there was anything to kill: what has not begun to work since its last end is spared."""


def worker_main(stage: Stage, _draw: random.Random) -> bool:
    """Kill the main process of the worker; its children end with it."""
    return stage.is_at_work("worker") and _kill(stage.child("worker").pid)


def pool_child(stage: Stage, draw: random.Random) -> bool:
    """Kill one process that was evaluating, sending or sweeping."""
    children = _children(stage.child("worker").pid) if stage.is_at_work("worker") else []
    return bool(children) and _kill(draw.choice(children))


def beat(stage: Stage, _draw: random.Random) -> bool:
    """Kill the scheduler."""
    return stage.is_at_work("beat") and _kill(stage.child("beat").pid)


def broker(stage: Stage, _draw: random.Random) -> bool:
    """Kill Valkey, with whatever it had not written to its file."""
    return stage.engines.valkey is not None and _kill(stage.engines.valkey.pid)


def database_backend(stage: Stage, draw: random.Random) -> bool:
    """Kill one backend of PostgreSQL, which makes it drop all connections and recover."""
    postgres = stage.engines.postgres
    backends = [
        pid for pid in _children(postgres.pid if postgres else None) if _is_client_backend(pid)
    ]
    return bool(backends) and _kill(draw.choice(backends))


# How often each is drawn, relative to the others.
WEIGHTS: dict[Fault, int] = {
    worker_main: 3,
    pool_child: 5,
    beat: 2,
    broker: 2,
    database_backend: 2,
}


def strike(stage: Stage, draw: random.Random) -> str:
    """Carry out one random fault; return its name, empty if there was nothing to kill."""
    (fault,) = draw.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))
    return fault.__name__ if fault(stage, draw) else ""


def _children(pid: int | None) -> list[int]:
    if pid is None:
        return []
    with suppress(psutil.NoSuchProcess):
        return [child.pid for child in psutil.Process(pid).children()]
    return []


def _is_client_backend(pid: int) -> bool:
    """Tell a connection from PostgreSQL's own helpers, by the title that it gives its process."""
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        title = " ".join(psutil.Process(pid).cmdline())
        return "127.0.0.1" in title or "[local]" in title
    return False


def _kill(pid: int | None) -> bool:
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False
