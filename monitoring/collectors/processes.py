"""The processes of this service on this machine, by the part they play."""

from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from monitoring.exposition.roles import role_of


@dataclass(slots=True)
class Usage:
    """What all processes of one role use together."""

    resident_bytes: int = 0
    cpu_user_seconds: float = 0.0


def usage_by_role() -> dict[str, Usage]:
    """Return what each part of the service uses.

    Its parts are looked for below whatever started this process: a supervisor, or the first
    process of a container. CPU time includes children that ended, so it only ever grows.
    """
    usage: dict[str, Usage] = {}
    for process in _family(psutil.Process()):
        try:
            role = _role(process)
            if role is not None:
                _add(usage.setdefault(role, Usage()), process)
        except psutil.Error:  # it ended meanwhile, or belongs to somebody else
            continue
    return usage


def _family(process: psutil.Process) -> Iterable[psutil.Process]:
    """Return the nearest process above that is no part of the service, and everything below it."""
    try:
        line = [process, *process.parents()]
        top = next((one for one in line if _role(one) is None), line[-1])
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return [process]


def _role(process: psutil.Process) -> str | None:
    return role_of(process.cmdline())


def _add(usage: Usage, process: psutil.Process) -> None:
    with process.oneshot():
        times = process.cpu_times()
        usage.resident_bytes += process.memory_info().rss
        usage.cpu_user_seconds += times.user + times.children_user
