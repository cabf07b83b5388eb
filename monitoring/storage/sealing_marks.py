"""What a seal leaves for others: roll-ups that are due, newest values, how far the sealing has come."""

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage.arrays import array_text
from monitoring.storage.merging import DAY_MS, series_days
from monitoring.storage.order import StoredSamples

_UNKNOWN = """
SELECT sealed.id FROM unnest(%s::int[]) AS sealed (id)
WHERE NOT EXISTS (SELECT FROM series WHERE series.id = sealed.id)
"""
# The update of a mark that is there locks it: a roll-up that would take it away waits for this commit, and
# then reads the new chunks. In the order of the key, for two that mark at once must not wait in a circle.
_MARK = """
INSERT INTO rollup_due (series_id, day)
SELECT series_id, date '1970-01-01' + days
FROM unnest(%s::int[], %s::int[]) AS sealed (series_id, days)
ORDER BY series_id, days
ON CONFLICT (series_id, day) DO UPDATE SET day = excluded.day
"""
# A series that gets increments is moved by the push itself, which knows its total.
_IS_BEHIND = """
latest.series_id = sealed.id AND NOT latest.accumulates
AND latest.at <= to_timestamp(sealed.at_ms / 1000.0)
"""
# Locked in the order of their ids, as pushes lock them: neither waits for the other in a circle.
_LOCK = f"""
SELECT latest.series_id
FROM latest, unnest(%s::int[], %s::bigint[]) AS sealed (id, at_ms)
WHERE {_IS_BEHIND}
ORDER BY latest.series_id
FOR NO KEY UPDATE OF latest
"""  # noqa: S608 - put together from constants
_MOVE = f"""
UPDATE latest SET at = to_timestamp(sealed.at_ms / 1000.0), value = sealed.value
FROM unnest(%s::int[], %s::bigint[], %s::float8[]) AS sealed (id, at_ms, value)
WHERE {_IS_BEHIND}
"""  # noqa: S608 - put together from constants
_SEALED = """
INSERT INTO storage_state (id, sealed_xid) VALUES (1, %s::text::xid8)
ON CONFLICT (id) DO UPDATE SET sealed_xid = greatest(storage_state.sealed_xid, excluded.sealed_xid)
"""


def unknown_series(series: NDArray[np.int32]) -> list[int]:
    """Return those of the series that the catalogue does not hold."""
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, [array_text(series.tolist())])
        return [series_id for (series_id,) in cursor.fetchall()]


def mark_rollups_due(samples: StoredSamples) -> None:
    """Note for each series and UTC day of the samples that its roll-up has to be computed."""
    first = series_days(samples)
    days = samples.at_ms[first] // DAY_MS
    _execute(_MARK, samples.series[first], days)


def move_latest(samples: StoredSamples) -> None:
    """Move the newest values of the series forward to their newest samples, where those are newer."""
    last = np.flatnonzero(np.diff(samples.series, append=-1))
    series, at_ms, values = (column[last] for column in samples)
    _execute(_LOCK, series, at_ms)
    _execute(_MOVE, series, at_ms, values)


def note_sealed(newest_xid: int) -> None:
    """Note the newest transaction of which a segment was sealed."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALED, [str(newest_xid)])


def _execute(statement: str, *columns: NDArray[np.generic]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [array_text(column.tolist()) for column in columns])
