"""Servers that hang: stopped in the middle of whatever they do, their connections open and silent."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil


@contextmanager
def hanging(*pids: int) -> Iterator[None]:
    """Stop the processes and their descendants (SIGSTOP) for as long as the block runs; they go on in any case."""
    stopped: list[psutil.Process] = []
    try:
        for pid in pids:
            _stop(psutil.Process(pid), stopped)
        yield
    finally:
        for process in reversed(stopped):
            with suppress(psutil.NoSuchProcess):
                process.resume()


def _stop(process: psutil.Process, stopped: list[psutil.Process]) -> None:
    """Stop the parent first: it starts no further children then."""
    process.suspend()
    stopped.append(process)
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.suspend()
            stopped.append(child)
