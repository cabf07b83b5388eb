"""Series that this process has met: the same ones are asked for again and again, and seldom change.

Two things are remembered, both bounded: what each series number means, and which numbers answered a
question. The first stays until series are removed, the second until some are added; `View.catalogue` says
when. Strings are interned, so a series costs about 300 bytes here.
"""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage.arrays import array_text
from monitoring.types import MetricType, SeriesRef

Ids = NDArray[np.int32]

SERIES_CAPACITY = 250_000
ANSWERS_CAPACITY = 4_000_000  # series numbers in all answers together, 4 bytes each

_AT_ONCE = 5_000  # rows in memory beside the series made of them

_TYPES = {kind.value: kind for kind in MetricType}
# The ORM needs four times as long for the same rows.
_READ = """
SELECT series.id, series.metric, series.service, metric_names.type, series.labels::text
FROM series JOIN metric_names ON metric_names.name = series.metric
WHERE series.id = ANY(%s::int[])
"""


class Catalogue:
    """What is remembered; may be used by several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: Hashable = None
        self._source: Hashable = None
        self._series: dict[int, SeriesRef] = {}
        self._answers: OrderedDict[Hashable, Ids] = OrderedDict()
        self._held = 0

    def select(
        self, state: tuple[Hashable, ...] | None, asked: Hashable, find: Callable[[], Ids]
    ) -> Ids:
        """Return the answer to a question: from memory if the catalogue is still in that state."""
        if state is None:
            return find()
        with self._lock:
            self._enter(state)
            known = self._answers.get(asked)
            if known is not None:
                self._answers.move_to_end(asked)
                return known
        found = find()
        found.flags.writeable = False
        with self._lock:
            if self._state == state and asked not in self._answers:
                self._keep(asked, found)
        return found

    def series(
        self, state: tuple[Hashable, ...] | None, ids: Iterable[int]
    ) -> Mapping[int, SeriesRef]:
        """Return what the numbers mean; one that the database does not know is missing."""
        wanted = list(ids)
        if state is None:
            return _read(wanted)
        with self._lock:
            self._enter(state)
            known = self._series
        missing = [number for number in wanted if number not in known]
        if not missing:
            return known
        found = _read(missing)
        with self._lock:
            if self._series is known and len(known) + len(found) <= SERIES_CAPACITY:
                known.update(found)
                return known
        self.forget_series()
        held = {number: known[number] for number in wanted if number in known}
        return held | found

    def forget_series(self) -> None:
        """Begin anew with what numbers mean; whoever still reads the old ones may go on."""
        with self._lock:
            self._series = {}

    def _enter(self, state: tuple[Hashable, ...]) -> None:
        if state == self._state:
            return
        self._state = state
        self._answers.clear()
        self._held = 0
        if state[0] != self._source:
            self._source = state[0]
            self._series = {}

    def _keep(self, asked: Hashable, found: Ids) -> None:
        self._answers[asked] = found
        self._held += len(found) + 100
        while self._held > ANSWERS_CAPACITY:
            _, oldest = self._answers.popitem(last=False)
            self._held -= len(oldest) + 100


def _read(ids: Sequence[int]) -> dict[int, SeriesRef]:
    found: dict[int, SeriesRef] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(ids), _AT_ONCE):
            cursor.execute(_READ, [array_text(ids[start : start + _AT_ONCE])])
            found |= {row[0]: _ref(*row) for row in cursor.fetchall()}
    return found


def _ref(number: int, metric: str, service: str, kind: str, labels: str) -> SeriesRef:
    intern = sys.intern
    shared: dict[str, Any] = {
        intern(key): intern(value) for key, value in orjson.loads(labels).items()
    }
    return SeriesRef(number, intern(metric), intern(service), _TYPES[kind], shared)


CATALOGUE = Catalogue()
