"""Memory of a process with all its children."""

from dataclasses import dataclass

import psutil

from config.supervisor.process import descendants

_MEBIBYTE = 1_048_576


@dataclass(frozen=True, slots=True)
class Memory:
    """Mebibytes of one process tree.

    `resident` counts shared pages once for each process that maps them;
    `proportional` counts them once in all (None where the system does not say).
    """

    processes: int
    resident_mib: float
    proportional_mib: float | None


def measure_tree(pid: int) -> Memory | None:
    """Return the memory of the process and its descendants, None if it is gone."""
    if not psutil.pid_exists(pid):
        return None
    readings = [_read(member) for member in (psutil.Process(pid), *descendants(pid))]
    alive = [reading for reading in readings if reading is not None]
    shares = [share for _resident, share in alive if share is not None]
    return Memory(
        processes=len(alive),
        resident_mib=sum(resident for resident, _share in alive) / _MEBIBYTE,
        proportional_mib=sum(shares) / _MEBIBYTE if len(shares) == len(alive) else None,
    )


def _read(process: psutil.Process) -> tuple[int, int | None] | None:
    """Return resident and proportional bytes, None if the process is gone."""
    try:
        resident = int(process.memory_info().rss)
        try:
            share = getattr(process.memory_full_info(), "pss", None)
        except psutil.AccessDenied:
            share = None
    except psutil.NoSuchProcess:
        return None
    return resident, share
