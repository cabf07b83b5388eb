"""CPU, memory and disks of the machine this runs on. Source: "System Metrics", service specification."""

import logging
import socket
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

import psutil

from monitoring.collectors.samples import gauge
from monitoring.types import Sample

logger = logging.getLogger(__name__)

ROOT = "/"
# Images that are full by nature: an alert on them would never end.
_READ_ONLY_TYPES = frozenset({"squashfs", "erofs", "iso9660", "udf", "cramfs"})
_FIRST_CPU_SPAN_SECONDS = 1.0

_cpu_was_measured = False


def collect(at: datetime) -> list[Sample]:
    """Return the machine's samples for the instant `at`."""
    host = {"hostname": socket.gethostname()}
    memory = psutil.virtual_memory()
    samples = [
        gauge("system_cpu_usage_percent", cpu_percent(), at, host),
        gauge("system_memory_usage_bytes", memory.total - memory.available, at, host),
        gauge("system_memory_usage_percent", memory.percent, at, host),
    ]
    for mount_point in mount_points(psutil.disk_partitions(all=False)):
        samples.extend(_disk(mount_point, at, host))
    return samples


def cpu_percent() -> float:
    """Return the CPU usage since this process asked last; the first time, of the coming second."""
    global _cpu_was_measured  # noqa: PLW0603 - psutil keeps its side of the span in the process too
    span = None if _cpu_was_measured else _FIRST_CPU_SPAN_SECONDS
    _cpu_was_measured = True
    return psutil.cpu_percent(interval=span)


class Partition(Protocol):
    """What psutil says about one mounted file system."""

    @property
    def device(self) -> str: ...
    @property
    def mountpoint(self) -> str: ...
    @property
    def fstype(self) -> str: ...


def mount_points(partitions: Iterable[Partition]) -> list[str]:
    """Return one mount point for each disk: the shortest, and the root in any case.

    A container sees its root as a layered file system and single files mounted from the host's
    disk; neither may hide or double a real one.
    """
    shortest: dict[str, str] = {}
    for partition in partitions:
        if partition.fstype in _READ_ONLY_TYPES or not Path(partition.mountpoint).is_dir():
            continue
        known = shortest.get(partition.device)
        if known is None or len(partition.mountpoint) < len(known):
            shortest[partition.device] = partition.mountpoint
    return sorted({ROOT, *shortest.values()})


def _disk(mount_point: str, at: datetime, host: dict[str, str]) -> Iterator[Sample]:
    try:
        usage = psutil.disk_usage(mount_point)
    except OSError as error:
        logger.warning("disk not read", extra={"mount_point": mount_point, "error": str(error)})
        return
    labels = {**host, "mount_point": mount_point}
    yield gauge("system_disk_usage_bytes", usage.used, at, labels)
    yield gauge("system_disk_usage_percent", usage.percent, at, labels)
