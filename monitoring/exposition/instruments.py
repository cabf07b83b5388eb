"""The service's own counters, gauges and histograms: written anywhere, flushed from here.

Each process gathers for itself and hands its increments to `ingest` every
INSTRUMENT_FLUSH_INTERVAL, in a thread that starts with the first update. Zero switches the thread
off, for suites and scripts. A killed process loses what it gathered since its last flush.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from monitoring.exposition.accumulator import Accumulator, samples_of
from monitoring.exposition.flusher import Flusher
from monitoring.exposition.roles import OTHER, role_of
from monitoring.ingest.door import ingest
from monitoring.types import Origin

logger = logging.getLogger(__name__)

SERIES_PER_PROCESS = 5_000
REFUSED = "refused_by_ingest"
LAG = "nodejs_eventloop_lag_seconds"

_flushing: ContextVar[bool] = ContextVar("flushing", default=False)
_accumulator = Accumulator(limit=SERIES_PER_PROCESS)
_flush_lock = threading.Lock()  # held for as long as the database takes, so never where one counts
_start_lock = threading.Lock()
_flusher: Flusher | None = None


def count(metric: str, labels: Mapping[str, str], by: float = 1) -> None:
    """Add `by` to a counter of the catalogue. Never raises: a wrong name or number is counted."""
    _accumulator.count(metric, labels, by)
    if _flusher is None:
        _start_flusher()


def observe(metric: str, labels: Mapping[str, str], value: float) -> None:
    """Add one observation to a histogram of the catalogue, in its unit. Never raises."""
    _accumulator.observe(metric, labels, value)
    if _flusher is None:
        _start_flusher()


def measure(metric: str, labels: Mapping[str, str], value: float) -> None:
    """Set a gauge of the catalogue; of several values between two flushes the last one counts."""
    _accumulator.set(metric, labels, value)
    if _flusher is None:
        _start_flusher()


def is_flushing() -> bool:
    """Say whether this very call stack is a flush: what it costs must not fill the next one."""
    return _flushing.get()


def flush(at: datetime) -> int:
    """Store what was gathered since the last flush; return the number of samples stored.

    Whatever `ingest` raises is raised here, and everything is kept for the next flush.
    """
    with _flush_lock:
        deltas = _accumulator.take()
        if not deltas:
            return 0
        token = _flushing.set(True)
        try:
            samples = list(samples_of(deltas, service=settings.SERVICE_NAME, at=at))
            report = ingest(samples, origin=Origin.COLLECTOR, at=at)
        except BaseException:
            _accumulator.put_back(deltas)
            raise
        finally:
            _flushing.reset(token)
    if report.rejected:
        _accumulator.drop(REFUSED, len(report.rejected))
        logger.error("own samples refused", extra={"first": report.rejected[0].message})
    return report.stored


def stop() -> None:
    """End the flusher and flush a last time; for processes that end without running `atexit`."""
    global _flusher
    with _start_lock:
        flusher, _flusher = _flusher, None
    if flusher is not None:
        flusher.stop()


def _start_flusher() -> None:
    global _flusher  # noqa: PLW0603 - one flusher for the whole process
    interval = settings.INSTRUMENT_FLUSH_INTERVAL.total_seconds()
    if interval <= 0:
        return
    with _start_lock:
        if _flusher is None:
            _flusher = Flusher(
                _flush_quietly, interval_seconds=interval, late=_lateness_of(_role())
            )
            _flusher.start()


def _role() -> str:
    return role_of(sys.orig_argv) or OTHER


def _lateness_of(role: str) -> Callable[[float], None]:
    def record(seconds: float) -> None:
        measure(LAG, {"process": role}, seconds)

    return record


def _flush_quietly() -> None:
    """Flush from the thread: a store that is away costs one warning, the numbers are kept."""
    close_old_connections()
    try:
        flush(timezone.now())
    except Exception as error:  # noqa: BLE001 - the thread must outlive whatever one flush meets
        logger.warning("instruments not flushed", extra={"error": str(error)})
    finally:
        close_old_connections()


def _begin_anew() -> None:
    """Forget, in a forked child, what belongs to the parent: it is still there to flush it."""
    global _accumulator, _flush_lock, _start_lock, _flusher  # noqa: PLW0603 - state of the process
    _accumulator = Accumulator(limit=SERIES_PER_PROCESS)
    _flush_lock = threading.Lock()
    _start_lock = threading.Lock()
    _flusher = None
    _flushing.set(False)


os.register_at_fork(after_in_child=_begin_anew)
