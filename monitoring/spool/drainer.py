"""The thread of a web process that empties the spool as soon as PostgreSQL answers."""

import logging
import os
import threading

from django.db import connection

from monitoring.errors import DatabaseUnavailableError
from monitoring.spool.files import SpoolFiles
from monitoring.spool.keeping import spool_files
from monitoring.spool.replay import Replayed, replay

logger = logging.getLogger(__name__)

_INTERVAL_SECONDS = 2.0


class Drainer:
    """Looks every few seconds whether something waits; of several processes one does the work."""

    def __init__(self, files: SpoolFiles, *, interval_seconds: float = _INTERVAL_SECONDS) -> None:
        self._files = files
        self._interval_seconds = interval_seconds
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """End the thread."""
        self._ending.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while not self._ending.wait(self._interval_seconds):
            try:
                if self._files.waiting():
                    _drain_and_disconnect(self._files)
            except Exception:  # the thread must outlive whatever breaks one run
                logger.exception("the spool was not emptied")


def drain(files: SpoolFiles) -> None:
    """Store what waits, and say so; while PostgreSQL is away it goes on waiting."""
    done = Replayed()
    try:
        replay(files, done)
    except DatabaseUnavailableError as error:
        logger.info("spooled samples wait", extra={"bytes": files.size(), "why": error.message})
    finally:
        if done != Replayed():
            logger.info(
                "spooled samples stored",
                extra={"requests": done.records, "samples": done.samples, "known": done.known},
            )


def _drain_and_disconnect(files: SpoolFiles) -> None:
    try:
        drain(files)
    finally:
        connection.close()  # no request ends in this thread, which would do it


_drainer: Drainer | None = None
_starting = threading.Lock()


def start() -> None:
    """Start the drainer of this process, if there is a spool and none runs yet."""
    global _drainer  # noqa: PLW0603 - one thread for the whole process
    files = spool_files()
    with _starting:
        if files is not None and _drainer is None:
            _drainer = Drainer(files)
            _drainer.start()


def _begin_anew() -> None:
    """Leave the thread to the parent after a fork."""
    global _drainer, _starting
    _drainer, _starting = None, threading.Lock()


os.register_at_fork(after_in_child=_begin_anew)
