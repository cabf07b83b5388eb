"""Takes a request whose transaction failed because PostgreSQL is away: what was answered with 200 is on the disk."""

import uuid
from collections.abc import Hashable
from datetime import datetime
from functools import cache

import numpy as np
from django.conf import settings

from monitoring.ingest import checks, tally
from monitoring.ingest.fields import RefusedError
from monitoring.ingest.store import Push
from monitoring.ingest.wire import Wire
from monitoring.spool.files import SpoolFiles
from monitoring.spool.records import KeptSeries, Record, encode
from monitoring.storage.window import Window
from monitoring.types import IngestReport, ItemError, Origin, Sample


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
    files: SpoolFiles, push: Push, *, origin: Origin, at: datetime, transaction: int | None
) -> IngestReport:
    """Write the samples of a request to the disk; return what is to be answered.

    What can be judged without the database is judged now. A sample that contradicts its metric's type, or goes
    beyond the limits of new series, is refused later, and only logged. `transaction` is one whose end nobody
    heard of. Raises SpoolFullError.
    """
    wire = push.wire
    refused = checks.refused_numbers(wire.values, wire.at_ms, Window.around(at))
    series, codes = _describe(wire, refused)
    kept = np.flatnonzero(codes >= 0)
    if len(kept):
        record = Record(
            id=uuid.uuid4().hex,
            at=at,
            origin=origin,
            client=push.client,
            series=series,
            codes=codes[kept],
            at_ms=wire.at_ms[kept],
            values=wire.values[kept],
            request=push.request,
            xid=transaction,
        )
        files.append(encode(record))
        tally.count(tally.SPOOLED, {"origin": origin}, len(kept))
    rejected = tuple(refused[position] for position in sorted(refused))
    return IngestReport(len(kept), rejected, is_spooled=True)


def _describe(
    wire: Wire, refused: dict[int, ItemError]
) -> tuple[list[KeptSeries], "np.ndarray[tuple[int], np.dtype[np.int32]]"]:
    """Return the distinct series and the place of each sample's among them, -1 for what is refused."""
    series: list[KeptSeries] = []
    places: dict[Hashable, int | RefusedError] = {}
    codes = np.full(len(wire), -1, np.int32)
    for position, key in enumerate(wire.keys):
        if position in refused:
            continue
        place = places.get(key)
        if place is None:
            place = places[key] = _place(wire, position, series)
        if isinstance(place, RefusedError):
            refused[position] = ItemError(position, str(place), place.field)
        else:
            codes[position] = place
    return series, codes


def _place(wire: Wire, position: int, series: list[KeptSeries]) -> int | RefusedError:
    try:
        sample = wire.describe(position)
    except RefusedError as refusal:
        return refusal
    series.append(_series_of(sample))
    return len(series) - 1


def _series_of(sample: Sample) -> KeptSeries:
    return KeptSeries(
        sample.metric, sample.service, sample.type, sample.temporality, dict(sample.labels)
    )
