"""The newest sample of each series in arrays that are indexed by the series' number. Pure: numpy only."""

import numpy as np
from numpy.typing import NDArray

from monitoring.storage.blocks import Block

NO_SAMPLE_MS = np.iinfo(np.int64).min
_LATEST_ROW = np.dtype([("id", ">i4"), ("at_us", ">i8"), ("value", ">f8")])
_Y2K_MS = 946_684_800_000  # PostgreSQL counts from the year 2000


class NewestTable:
    """Of two samples of one instant the one of the higher segment counts; sealed ones count as segment 0."""

    def __init__(self) -> None:
        self._at_ms = np.empty(0, np.int64)
        self._values = np.empty(0, np.float64)
        self._segments = np.empty(0, np.int64)

    @property
    def nbytes(self) -> int:
        """Return the size of the arrays in memory, in bytes."""
        return 24 * len(self._at_ms)

    def load(self, rows: bytes) -> None:
        """Take in rows of the table `latest`: id int4, µs since 2000 int8, value float8, in network order."""
        latest = np.frombuffer(rows, _LATEST_ROW)
        if not len(latest):
            return
        ids = latest["id"].astype(np.int32)
        self._make_room(int(ids.max()))
        self._at_ms[ids] = latest["at_us"] // 1_000 + _Y2K_MS
        self._values[ids] = latest["value"]
        self._segments[ids] = 0

    def merge(self, block: Block) -> None:
        """Take in the newest sample that a block has of each of its series."""
        ids, last = block.index.ids, block.index.starts[1:] - 1
        self._make_room(int(ids[-1]))
        at_ms, segments = block.at_ms[last], block.segments[last]
        known = self._at_ms[ids]
        newer = (at_ms > known) | ((at_ms == known) & (segments >= self._segments[ids]))
        ids, last = ids[newer], last[newer]
        self._at_ms[ids] = at_ms[newer]
        self._values[ids] = block.values[last]
        self._segments[ids] = segments[newer]

    def of(self, ids: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return instants in ms and values of the series; NO_SAMPLE_MS and nan where there is none."""
        at_ms = np.full(len(ids), NO_SAMPLE_MS, np.int64)
        values = np.full(len(ids), np.nan)
        held = (ids >= 0) & (ids < len(self._at_ms))
        at_ms[held], values[held] = self._at_ms[ids[held]], self._values[ids[held]]
        return at_ms, values

    def _make_room(self, highest: int) -> None:
        more = highest + 1 - len(self._at_ms)
        if more <= 0:
            return
        more = max(more, len(self._at_ms) // 4, 1_024)
        self._at_ms = np.append(self._at_ms, np.full(more, NO_SAMPLE_MS, np.int64))
        self._values = np.append(self._values, np.full(more, np.nan))
        self._segments = np.append(self._segments, np.zeros(more, np.int64))
