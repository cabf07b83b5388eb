"""From the spool into the storage, oldest first, by one process of the machine at a time."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import DataError, InterfaceError, OperationalError, connection

from monitoring.errors import ConflictError, DatabaseUnavailableError
from monitoring.ingest import tally
from monitoring.ingest.door import RequestKey, ingest
from monitoring.spool.files import SpoolFiles
from monitoring.spool.records import Record, UnreadableRecordError, decode, frames
from monitoring.types import IngestReport

logger = logging.getLogger(__name__)

_LOCK = "replay.lock"
_CLIENT = "spool"


@dataclass(slots=True)
class Replayed:
    """What one run did."""

    records: int = 0
    samples: int = 0
    known: int = 0
    damaged: int = 0


def replay(files: SpoolFiles) -> Replayed:
    """Store all that waits; a record that was stored before is not stored again.

    Does nothing if another process is at it. Raises DatabaseUnavailableError while PostgreSQL is away: what
    was stored until then is done.
    """
    done = Replayed()
    with _alone(files.directory) as is_alone:
        for path in files.waiting() if is_alone else ():
            _replay_file(files, path, done)
    return done


def _replay_file(files: SpoolFiles, path: Path, done: Replayed) -> None:
    content = files.content(path)
    cursor = files.cursor(path)
    for frame in frames(content[cursor:]):
        damaged = frame.payload is None or not _store(frame.payload, done)
        if damaged:
            done.damaged += 1
            tally.count(tally.SPOOL_DAMAGED, {})
            logger.error(
                "damaged record in the spool", extra={"file": path.name, "at": cursor + frame.start}
            )
            files.set_aside(
                path, content[cursor + frame.start : cursor + frame.end], start=cursor + frame.start
            )
        files.move_cursor(path, cursor + frame.end)
    files.remove(path, length=len(content))


def _store(payload: bytes, done: Replayed) -> bool:
    """Store one record; False if it cannot be read."""
    try:
        record = decode(payload)
    except UnreadableRecordError:
        return False
    if _was_committed(record):
        done.known += 1
        return True
    report = _ingest(record)
    done.records += 1
    done.samples += report.stored
    if report.rejected:
        logger.warning(
            "spooled samples refused",
            extra={
                "record": record.id,
                "refused": len(report.rejected),
                "first": report.rejected[0].message,
            },
        )
    return True


def _ingest(record: Record) -> IngestReport:
    """Store a record under the client's key, or its own where it has none or the key was used again since."""
    own = RequestKey(_CLIENT, record.id, record.id)
    keys = [own] if record.request is None else [RequestKey(*record.request), own]
    for key in keys[:-1]:
        with suppress(ConflictError):
            return _ingest_under(record, key)
    return _ingest_under(record, keys[-1])


def _ingest_under(record: Record, key: RequestKey) -> IngestReport:
    return ingest(
        record.samples(),
        origin=record.origin,
        at=record.at,
        client=record.client,
        request=key,
        may_spool=False,
    )


def _was_committed(record: Record) -> bool:
    """Tell whether the transaction that nobody heard the end of did commit.

    Raises DatabaseUnavailableError while it has not ended. One that this server does not know, because it was
    restored or started anew, did not.
    """
    if record.xid is None:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_xact_status(%s::text::xid8)", [str(record.xid)])
            (status,) = cursor.fetchone()
    except DataError:
        return False
    except (OperationalError, InterfaceError) as error:
        connection.close_if_unusable_or_obsolete()
        raise DatabaseUnavailableError("the database does not answer") from error
    if status == "in progress":
        raise DatabaseUnavailableError("a transaction has not ended")
    return bool(status == "committed")


@contextmanager
def _alone(directory: Path) -> Iterator[bool]:
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
