"""From plain totals to a running one: what has to be known before the first increment of a series is added.

Plain values are written without a lock, and `latest` learns of them when they are sealed. The first
increment has to be added to the newest of them, and from then on no value of the series may pass by
unlocked. Both hold once the catalogue was held alone: whoever wrote without a lock has committed, and
whoever remembers that the series does not accumulate meets another epoch. It happens once in the life of
a series that changes its habits, or, after an upgrade from a version that did not tell the two apart,
once for each counter.
"""

import sys
from collections.abc import Collection
from datetime import UTC, datetime

import numpy as np
from django.db import connection, transaction

from monitoring.ingest.accumulation import Newest
from monitoring.ingest.attempts import AgainError
from monitoring.storage import segments
from monitoring.storage.arrays import array_text
from monitoring.storage.locks import CATALOGUE

_HOLD = "SELECT pg_advisory_xact_lock(%s)"
_PROMOTE = """
UPDATE latest SET accumulates = true
WHERE series_id = ANY(%s::int[]) AND NOT accumulates
"""
# Before the promotion: a value of the same instant that is not sealed yet is the later write.
_CATCH_UP = """
UPDATE latest
SET at = to_timestamp(seen.at_ms / 1000.0), value = seen.value
FROM unnest(%s::int[], %s::bigint[], %s::float8[]) AS seen (id, at_ms, value)
WHERE latest.series_id = seen.id AND NOT latest.accumulates
    AND latest.at <= to_timestamp(seen.at_ms / 1000.0)
"""
_RAISE_EPOCH = """
INSERT INTO storage_state (id, catalogue_epoch) VALUES (1, 1)
ON CONFLICT (id) DO UPDATE SET catalogue_epoch = storage_state.catalogue_epoch + 1
"""
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class NotAccumulatingError(AgainError):
    """Increments came for series that had plain values only up to now."""

    reason = "promotion"

    def __init__(self, series: Collection[int]) -> None:
        super().__init__()
        self._series = series

    def cure(self) -> None:
        """Let them accumulate from their newest value on."""
        promote(self._series)


def promote(series: Collection[int]) -> None:
    """Let the series accumulate, beginning with their newest value, sealed or not.

    Nothing happens to those that do already.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_HOLD, [CATALOGUE])
        newest = _newest_unsealed(series)
        if newest:
            rows = [(series_id, *each) for series_id, each in newest.items()]
            cursor.execute(_CATCH_UP, [array_text(column) for column in zip(*rows, strict=True)])
        cursor.execute(_PROMOTE, [array_text(series)])
        if cursor.rowcount:
            cursor.execute(_RAISE_EPOCH)


def _newest_unsealed(series: Collection[int]) -> dict[int, Newest]:
    """Return the newest value in segments of each series that has one there; of two the later write."""
    newest: dict[int, Newest] = {}
    wanted = np.array(sorted(series), np.int32)
    unsealed = segments.find(
        received_from=_FIRST, received_to=_LAST, start=_FIRST, end=_LAST, limit=sys.maxsize
    )
    for _, columns in segments.read(unsealed):
        for series_id in np.intersect1d(wanted, columns.index.ids).tolist():
            last = columns.index.slice_of(series_id).stop - 1
            one = Newest(int(columns.at_ms[last]), float(columns.values[last]))
            if series_id not in newest or one.at_ms >= newest[series_id].at_ms:
                newest[series_id] = one
    return newest
