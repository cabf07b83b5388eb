"""The totals of series that accumulate, locked while a batch is counted in.

Rows are locked in the order of their ids, so that two batches over the same series wait for one another
and never in a circle. The lock is what makes increments exact: the total that is read here cannot change
before this transaction ends.
"""

from collections.abc import Mapping

from django.db import connection

from monitoring.ingest.accumulation import Newest
from monitoring.ingest.attempts import StaleCacheError
from monitoring.ingest.promotion import NotAccumulatingError
from monitoring.storage.arrays import array_text

_LOCK = """
SELECT latest.series_id, series.labels_hash,
    (extract(epoch FROM latest.at) * 1000)::bigint, latest.value, latest.accumulates
FROM latest JOIN series ON series.id = latest.series_id
WHERE latest.series_id = ANY(%s::int[])
ORDER BY latest.series_id
FOR NO KEY UPDATE OF latest
"""
_MOVE = """
UPDATE latest
SET at = to_timestamp(moved.at_ms / 1000.0), value = moved.value
FROM unnest(%s::int[], %s::bigint[], %s::float8[]) AS moved (id, at_ms, value)
WHERE latest.series_id = moved.id
"""


def lock(hashes: Mapping[int, str]) -> dict[int, Newest]:
    """Return the total of each series by its id; the rows stay locked until the commit.

    `hashes` are the series by id with the hash of their labels. Raises StaleCacheError if one of them is
    not in the database under both, NotAccumulatingError if one had plain values only up to now.
    """
    found: dict[int, Newest] = {}
    plain: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [array_text(hashes)])
        for series_id, labels_hash, at_ms, value, accumulates in cursor.fetchall():
            if hashes[series_id] == labels_hash:
                found[series_id] = Newest(at_ms, value)
            if not accumulates:
                plain.append(series_id)
    if len(found) != len(hashes):
        raise StaleCacheError
    if plain:
        raise NotAccumulatingError(plain)
    return found


def move(before: Mapping[int, Newest], after: Mapping[int, Newest]) -> None:
    """Write what changed of the locked rows."""
    moved = [
        (series_id, *newest) for series_id, newest in after.items() if newest != before[series_id]
    ]
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [array_text(column) for column in zip(*moved, strict=True)])
