"""What this process has answered, on its way to the database: gathered in memory, handed over by a thread.

The thread starts with the first request and hands over every INSTRUMENT_FLUSH_INTERVAL (zero switches
it off, for suites and scripts), and a last time when the process ends. A killed process loses what it
gathered since. What PostgreSQL did not confirm is kept with its keys and tried again, so that nothing
is counted twice when only the answer was lost.
"""

import logging
import os
import threading

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections

from health.performance.measured import MeasuredRequest
from health.performance.recorder import Recorder
from health.services.performance import Unstored, prepared, store
from monitoring.exposition import instruments
from monitoring.exposition.flusher import Flusher

logger = logging.getLogger(__name__)

# Of one hand-over so many single requests become rows: those that failed, then the slowest. All are in the roll-up.
MOST_REQUESTS = 500
# Endpoints times minutes that may wait while PostgreSQL is away: about three hours of 100 endpoints.
MOST_PARTS = 20_000
DROPS = "performance_requests_dropped_total"


def _new_recorder() -> Recorder:
    return Recorder(
        threshold_ms=settings.APDEX_THRESHOLD_MS,
        most_requests=MOST_REQUESTS,
        most_parts=MOST_PARTS,
    )


_recorder = _new_recorder()
_unconfirmed: Unstored | None = None
_flush_lock = threading.Lock()  # held for as long as the database takes, so never where one records
_start_lock = threading.Lock()
_flusher: Flusher | None = None


def record(request: MeasuredRequest) -> None:
    """Take in one request that this process has answered."""
    _recorder.record(request)
    if _flusher is None:
        _start_flusher()


def flush() -> None:
    """Store everything that was recorded.

    While PostgreSQL is away OperationalError or InterfaceError is raised, and everything is kept. What
    it refuses for another reason would be refused again: that is counted and given up.
    """
    with _flush_lock:
        _store_unconfirmed()
        batch = _recorder.take()
        if batch.dropped:
            instruments.count(DROPS, {"reason": "too_many_endpoints"}, batch.dropped)
        if batch.parts:
            _set_unconfirmed(prepared(batch))
            _store_unconfirmed()


def _store_unconfirmed() -> None:
    if _unconfirmed is None:
        return
    try:
        store(_unconfirmed)
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError as error:
        lost = sum(rollup.requests for rollup in _unconfirmed.rollups)
        instruments.count(DROPS, {"reason": "refused_by_database"}, lost)
        logger.exception("request performance refused", extra={"error": str(error)})
    _set_unconfirmed(None)


def _set_unconfirmed(unstored: Unstored | None) -> None:
    global _unconfirmed  # noqa: PLW0603 - one for the whole process
    _unconfirmed = unstored


def _start_flusher() -> None:
    global _flusher  # noqa: PLW0603 - one for the whole process
    interval = settings.INSTRUMENT_FLUSH_INTERVAL.total_seconds()
    if interval <= 0:
        return
    with _start_lock:
        if _flusher is None:
            _flusher = Flusher(_flush_quietly, interval_seconds=interval, late=_ignore)
            _flusher.start()


def _ignore(_seconds: float) -> None:
    """Do nothing: the instruments' own thread already tells how late timers fire in this process."""


def _flush_quietly() -> None:
    close_old_connections()
    try:
        flush()
    except Exception as error:  # noqa: BLE001 - the thread must outlive whatever one flush meets
        logger.warning("request performance not stored", extra={"error": str(error)})
    finally:
        close_old_connections()


def _begin_anew() -> None:
    """Forget, in a forked child, what belongs to the parent: it is still there to store it."""
    global _recorder, _unconfirmed, _flush_lock, _start_lock, _flusher  # noqa: PLW0603 - state of the process
    _recorder = _new_recorder()
    _unconfirmed = None
    _flush_lock = threading.Lock()
    _start_lock = threading.Lock()
    _flusher = None


os.register_at_fork(after_in_child=_begin_anew)
