"""This process: how long it runs and how much memory it holds."""

import time
from dataclasses import dataclass

import psutil

_started = time.monotonic()


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Bytes; the names of the specification come from another runtime and are mapped by the serializer."""

    resident: int
    virtual: int
    unique: int


def uptime_seconds() -> float:
    """Return the seconds since this process started serving."""
    return time.monotonic() - _started


def memory_use() -> MemoryUse:
    """Return resident, virtual and unshared memory; unshared falls back to resident where the system hides it."""
    process = psutil.Process()
    plain = process.memory_info()
    try:
        unique = process.memory_full_info().uss
    except psutil.AccessDenied:
        unique = plain.rss
    return MemoryUse(plain.rss, plain.vms, unique)
