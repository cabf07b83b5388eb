"""Takes a request whose transaction failed because PostgreSQL is away: what was answered with 200 is on the disk."""

import uuid
from datetime import datetime
from functools import cache

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest import checks, tally
from monitoring.ingest.store import Push
from monitoring.spool.description import Description, describe
from monitoring.spool.files import SpoolFiles
from monitoring.spool.records import Record, encode
from monitoring.storage.window import Window
from monitoring.types import IngestReport, Origin

_RETRY_AFTER_SECONDS = 5


@cache
def spool_files() -> SpoolFiles | None:
    """Return the spool of this machine, None if it is switched off."""
    if not settings.INGEST_SPOOL:
        return None
    return SpoolFiles(
        settings.INGEST_SPOOL_DIR,
        settings.INGEST_SPOOL_BYTES,
        settings.INGEST_SPOOL_AGE.total_seconds(),
    )


def keep(
    files: SpoolFiles, push: Push, *, origin: Origin, at: datetime, in_doubt: bool
) -> IngestReport:
    """Write the samples of a request to the disk; return what is to be answered.

    What can be judged without the database is judged now. A sample that contradicts its metric's type, or goes
    beyond the limits of new series, is refused later, and only counted and logged.

    `in_doubt`: the request may have been committed. A second time changes nothing for values that replace and
    for a request with a key. Increments without one would count twice, or be lost: only the client knows whether
    they may be sent again, so they are not taken. Raises DatabaseUnavailableError then, and SpoolFullError.
    """
    wire = push.wire
    refused = checks.refused_numbers(wire.values, wire.at_ms, Window.around(at))
    described = describe(wire, refused)
    if in_doubt and push.request is None and described.has_increments:
        raise DatabaseUnavailableError(
            "the database did not confirm the samples; send an Idempotency-Key to have them counted once",
            retry_after_seconds=_RETRY_AFTER_SECONDS,
        )
    kept = np.flatnonzero(described.codes >= 0)
    if len(kept):
        files.append(encode(_record(push, described, kept, origin=origin, at=at)))
        tally.count(tally.SPOOLED, {"origin": origin}, len(kept))
    if refused:
        tally.count(tally.SAMPLES, {"origin": origin, "outcome": "rejected"}, len(refused))
    rejected = tuple(refused[position] for position in sorted(refused))
    return IngestReport(len(kept), rejected, is_spooled=True)


def _record(
    push: Push,
    described: Description,
    kept: NDArray[np.intp],
    *,
    origin: Origin,
    at: datetime,
) -> Record:
    return Record(
        id=uuid.uuid4().hex,
        at=at,
        origin=origin,
        client=push.client,
        series=described.series,
        codes=described.codes[kept],
        at_ms=push.wire.at_ms[kept],
        values=push.wire.values[kept],
        request=push.request,
    )
