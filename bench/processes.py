"""What a process costs: CPU seconds and memory, with everything that it started."""

import statistics
from collections.abc import Callable, Sequence
from time import perf_counter

import psutil


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the user and system time of the processes, their descendants and those they have reaped."""
    total = 0.0
    for process in _family(pids):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def memory_mib(pids: Sequence[int]) -> float:
    """Return the proportional memory of the processes and their descendants, in MiB."""
    total = 0
    for process in _family(pids):
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / 2**20


def timed(action: Callable[[], object]) -> float:
    """Return how long an action takes, in seconds."""
    started = perf_counter()
    action()
    return perf_counter() - started


def median_ms(action: Callable[[], object], *, runs: int) -> float:
    """Return the median duration of an action in ms; its first run warms up and does not count."""
    action()
    return statistics.median(timed(action) for _ in range(runs)) * 1_000


def _family(pids: Sequence[int]) -> list[psutil.Process]:
    found: dict[int, psutil.Process] = {}
    for pid in pids:
        try:
            process = psutil.Process(pid)
            found[pid] = process
            found.update({child.pid: child for child in process.children(recursive=True)})
        except psutil.NoSuchProcess:
            continue
    return list(found.values())
