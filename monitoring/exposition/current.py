"""Which series an exposition shows now, and their newest values, as arrays."""

import threading
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from monitoring.query.newest import ceil_ms
from monitoring.storage import unsealed
from monitoring.storage.unsealed import View

# A column of numbers is one value for the driver: 100,000 rows would cost it more than the query.
_SERIES = """
SELECT string_agg(int4send(series.id), '' ORDER BY series.id),
    string_agg(int4send((metric_names.type = 'gauge')::int), '' ORDER BY series.id)
FROM series JOIN metric_names ON metric_names.name = series.metric
"""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Series numbers, ascending, with their newest values. `state` is the catalogue's, None if it is not known."""

    state: tuple[Hashable, ...] | None
    ids: NDArray[np.int32]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _All:
    state: Hashable
    ids: NDArray[np.int32]
    is_gauge: NDArray[np.bool_]


class CurrentSeries:
    """Remembers all series and whether they are gauges, until the catalogue changes; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: _All | None = None

    def shown(self, *, fresh_since: datetime, kept_since: datetime) -> Shown:
        """Return the series with a sample since `fresh_since`, and all but gauges with one since `kept_since`."""
        view = unsealed.view(with_newest=True)
        everything = self._everything(view)
        at_ms, values = view.newest_of(everything.ids)
        # A series without a sample has its row of `latest` at the epoch.
        fresh_ms, kept_ms = ceil_ms(fresh_since), ceil_ms(kept_since)
        since = np.where(everything.is_gauge, fresh_ms, min(fresh_ms, kept_ms))
        is_shown = at_ms >= np.maximum(1, since)
        return Shown(view.catalogue, everything.ids[is_shown], values[is_shown])

    def _everything(self, view: View) -> _All:
        with self._lock:
            held = self._all
        if held is not None and view.catalogue is not None and held.state == view.catalogue:
            return held
        with connection.cursor() as cursor:
            cursor.execute(_SERIES)
            ids, gauges = cursor.fetchone()
        found = _All(view.catalogue, _numbers(ids), _numbers(gauges).astype(bool))
        with self._lock:
            self._all = found
        return found


def _numbers(column: bytes | None) -> NDArray[np.int32]:
    return np.frombuffer(column or b"", ">i4").astype(np.int32)


CURRENT = CurrentSeries()
