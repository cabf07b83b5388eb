"""From the spool into the storage, oldest first, by one process of the machine at a time.

Each record is stored once, whoever is killed in between: it is stored under a request key of its own, or the
client's, and a key is committed with its samples. Whatever may have been committed before it came here either
has the client's key, or changes nothing when it is stored again (see `monitoring.spool.keeping`).
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import (
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)

from monitoring.errors import ConflictError, DatabaseUnavailableError
from monitoring.ingest import tally
from monitoring.ingest.door import RequestKey, ingest
from monitoring.spool.files import DAMAGED, REFUSED, SpoolFiles
from monitoring.spool.fitting import fitted
from monitoring.spool.records import Frame, Record, UnreadableRecordError, decode, frames
from monitoring.types import IngestReport

logger = logging.getLogger(__name__)

_LOCK = "replay.lock"
_CLIENT = "spool"
# The state of the database or of this process, not of a record: it is read-only, not migrated, out of memory.
_PASSING = (
    *(OperationalError, InterfaceError, InternalError, ProgrammingError, NotSupportedError),
    *(OSError, MemoryError),
)


@dataclass(slots=True)
class Replayed:
    """What became of records; of `samples`, those that were stored just now."""

    records: int = 0
    samples: int = 0
    known: int = 0
    damaged: int = 0
    refused: int = 0


def replay(files: SpoolFiles, done: Replayed | None = None) -> Replayed:
    """Store all that waits, add it to `done`, and return that; what was stored before is not stored again.

    Does nothing if another process is at it. Raises DatabaseUnavailableError while PostgreSQL is away, and
    OSError if the directory cannot be used: what was stored until then is done.
    """
    done = Replayed() if done is None else done
    with _alone(files.directory) as is_alone:
        for path in files.waiting() if is_alone else ():
            _replay_file(files, path, done)
    return done


def _replay_file(files: SpoolFiles, path: Path, done: Replayed) -> None:
    content = files.content(path)
    cursor = files.cursor(path)
    for frame in frames(content[cursor:]):
        why = _store(frame, done)
        if why is not None:
            start, end = cursor + frame.start, cursor + frame.end
            logger.error(
                "stretch of the spool set aside",
                extra={"file": path.name, "start": start, "end": end, "why": why},
            )
            files.set_aside(path, content[start:end], start=start, why=why)
        # On a full disk it cannot be moved, and emptying the spool is what makes room.
        with suppress(OSError):
            files.move_cursor(path, cursor + frame.end)
    files.remove(path, length=len(content))


def _store(frame: Frame, done: Replayed) -> str | None:
    """Store one record; return None, or why it is to be set aside."""
    try:
        record = decode(frame.payload or b"")
    except UnreadableRecordError:
        done.damaged += 1
        tally.count(tally.SPOOL_DAMAGED, {})
        return DAMAGED
    try:
        report = _ingest(record)
    except DatabaseUnavailableError:
        raise
    except Exception:
        logger.exception("spooled record not stored", extra={"record": record.id})
        done.refused += 1
        tally.count(tally.SPOOL_REFUSED, {}, len(record.codes))
        return REFUSED
    _account(record, report, done)
    return None


def _account(record: Record, report: IngestReport, done: Replayed) -> None:
    if report.replayed:
        done.known += 1
        return
    done.records += 1
    done.samples += report.stored
    tally.count(tally.SPOOL_REPLAYED, {}, report.stored)
    if report.rejected:
        tally.count(tally.SPOOL_REFUSED, {}, len(report.rejected))
        first = report.rejected[0].message
        logger.warning(
            "spooled samples refused",
            extra={"record": record.id, "refused": len(report.rejected), "first": first},
        )


def _ingest(record: Record) -> IngestReport:
    """Store a record under the client's key, or its own where it has none or the key was used again since."""
    try:
        record = fitted(record)
        if record.request is not None:
            with suppress(ConflictError):
                return _ingest_under(record, RequestKey(*record.request))
        return _ingest_under(record, RequestKey(_CLIENT, record.id, record.id))
    except _PASSING as error:
        raise DatabaseUnavailableError(f"spooled samples are not taken: {error}".strip()) from error


def _ingest_under(record: Record, key: RequestKey) -> IngestReport:
    return ingest(
        record.samples(),
        origin=record.origin,
        at=record.at,
        client=record.client,
        request=key,
        may_spool=False,
    )


@contextmanager
def _alone(directory: Path) -> Iterator[bool]:
    """Hold the lock of the directory; False if somebody does. The system lets go of it for one who is killed."""
    if not directory.is_dir():
        yield False
        return
    descriptor = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)
