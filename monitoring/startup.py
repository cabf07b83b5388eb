"""Switches on what runs beside the work: the instruments and the stream tee.

Query timing begins only in processes that serve: a management command such as `migrate` must not
time its queries, because the tables to store them in may not exist yet.
"""

from typing import Any

from celery import signals
from django.core.signals import request_started

from monitoring.exposition import instruments, query_timing, task_timing
from monitoring.ingest import tally
from monitoring.spool import drainer
from monitoring.storage import damage
from monitoring.streams import tee

_ID = "monitoring.startup"


def connect() -> None:
    """Listen at the door, to the storage and to tasks, and wait for the first sign that this process serves."""
    for sinks in (tally.sinks, damage.sinks):
        if instruments.count not in sinks:
            sinks.append(instruments.count)
    tee.install()
    task_timing.install()
    request_started.connect(_first_request, dispatch_uid=_ID)
    # Before a pool forks: its children inherit what is installed here.
    signals.worker_init.connect(_worker_starts, dispatch_uid=_ID)
    for ending in (signals.worker_process_shutdown, signals.worker_shutdown):
        ending.connect(_worker_ends, dispatch_uid=_ID)


def _first_request(**_signal: Any) -> None:
    request_started.disconnect(dispatch_uid=_ID)
    query_timing.install()
    drainer.start()


def _worker_starts(**_signal: Any) -> None:
    query_timing.install()


def _worker_ends(**_signal: Any) -> None:
    """Hand over a last time: a pool child ends without running what `atexit` holds."""
    instruments.stop()
    tee.stop()
