"""Requests that are put on the disk, and records as they lie there."""

from datetime import datetime

from monitoring.ingest.idempotency import RequestKey
from monitoring.ingest.store import Push
from monitoring.ingest.wire import wire_of
from monitoring.spool.files import SpoolFiles
from monitoring.spool.keeping import keep
from monitoring.spool.records import Record, decode, frames
from monitoring.types import IngestReport, Origin, Sample
from tests.monitoring.factories import NOON


def push_of(*samples: Sample, client: str = "ana", request: RequestKey | None = None) -> Push:
    """Return a request of samples."""
    return Push(wire_of(samples), client, request)


def put(
    files: SpoolFiles,
    *samples: Sample,
    at: datetime = NOON,
    request: RequestKey | None = None,
    in_doubt: bool = False,
) -> IngestReport:
    """Put a request of samples on the disk."""
    push = push_of(*samples, request=request)
    return keep(files, push, origin=Origin.PUSH, at=at, in_doubt=in_doubt)


def records(files: SpoolFiles) -> list[Record]:
    """Return what waits; nothing of it may be damaged."""
    return [
        decode(frame.payload or b"")
        for path in files.waiting()
        for frame in frames(files.content(path))
    ]


def values(record: Record) -> list[float]:
    """Return the values of a record."""
    return [float(value) for value in record.values]
