"""The verbs that look at a run from outside: status, logs, down."""

import time

import psutil
from rich.console import Console
from rich.table import Table

from config.embedded.run_file import RunFile
from config.supervisor.lock import FileLock
from config.supervisor.memory import measure_tree
from config.supervisor.process import Identity, log_tail
from config.up import process_file
from config.up.errors import StartError
from config.up.installation import Installation

_NOT_RUNNING = 3  # the exit code that init scripts use
_STOP_SECONDS = 120.0
# "memory" counts shared pages once in all, "resident" once for each process that maps them.
_COLUMNS = ("NAME", "STATE", "PID", "UP", "RESTARTS", "PROCESSES", "MEMORY", "RESIDENT")


def show_status(place: Installation, console: Console) -> int:
    """Print engines and processes with their memory; exit code 3 unless all run."""
    rows = _rows(place)
    if not rows:
        console.print(f"nothing runs in {place.data_dir}")
        return _NOT_RUNNING
    table = Table(*_COLUMNS, box=None, padding=(0, 2, 0, 0))
    healthy = [_add_row(table, *row) for row in rows]
    console.print(table)
    return 0 if all(healthy) else _NOT_RUNNING


def show_log(place: Installation, name: str, console: Console, *, lines: int = 100) -> int:
    """Print the end of a log. Raises StartError for a name without one."""
    known = sorted(path.stem for path in place.logs.glob("*.log"))
    if name not in known:
        raise StartError(f"there is no log {name!r}; there are: {', '.join(known) or 'none'}")
    end = log_tail(place.logs / f"{name}.log", lines)
    console.print(end, markup=False, highlight=False, soft_wrap=True)
    return 0


def end_run(place: Installation, console: Console) -> int:
    """Ask the run in this data directory to stop and wait for it."""
    owner = FileLock(place.data_dir / "up.lock").owner() if place.data_dir.is_dir() else None
    if not owner:
        console.print(f"nothing runs in {place.data_dir}")
        return 0
    process = psutil.Process(owner)
    process.terminate()
    process.wait(timeout=_STOP_SECONDS)
    return 0


def _rows(place: Installation) -> list[tuple[str, str, int, Identity]]:
    engines = [
        (name, "ready", 0, record.identity)
        for name, record in RunFile(place.data_dir / "run.json").read().items()
    ]
    processes = [
        (record.name, record.phase, record.restarts, record.identity)
        for record in process_file.read(place.processes)
    ]
    return engines + processes


def _add_row(table: Table, name: str, phase: str, restarts: int, identity: Identity) -> bool:
    memory = measure_tree(identity.pid) if identity.pid and identity.find() else None
    if memory is None:
        state = phase if phase == "waiting" else "gone"
        table.add_row(name, state, "", "", str(restarts))
        return False
    share = memory.proportional_mib
    table.add_row(
        name,
        phase,
        str(identity.pid),
        span(time.time() - identity.started),
        str(restarts),
        str(memory.processes),
        "" if share is None else f"{share:.0f} MiB",
        f"{memory.resident_mib:.0f} MiB",
    )
    return True


def span(seconds: float) -> str:
    """Return a length of time in its two largest units: 3 d 4 h, 5 h 6 min, 7 min 8 s."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s"
