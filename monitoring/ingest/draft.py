"""The segment of one transaction while its samples are gathered."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from monitoring.ingest import newest
from monitoring.ingest.accumulation import Pushed, accumulate, is_increment
from monitoring.ingest.addresses import are_increments, are_locked, series_of
from monitoring.ingest.addressing import Addressed
from monitoring.ingest.wire import Wire
from monitoring.storage import segments
from monitoring.storage.instants import to_ms
from monitoring.storage.order import last_writes
from monitoring.storage.window import Window


class Draft:
    """Plain values as they came, in columns; and values of series whose totals have to be locked."""

    def __init__(self) -> None:
        self._series: list[NDArray[np.int32]] = []
        self._at_ms: list[NDArray[np.int64]] = []
        self._values: list[NDArray[np.float64]] = []
        self._counted: list[Pushed] = []
        self._hashes: dict[int, str] = {}  # of the series in `_counted`

    def add(self, wire: Wire, addressed: Addressed) -> None:
        """Take what is to be stored of a request."""
        codes = addressed.codes
        locked = are_locked(codes)
        plain = (codes > 0) & ~locked
        if plain.all():
            self._add_plain(series_of(codes), wire.at_ms, wire.values)
            return
        self._add_plain(series_of(codes[plain]), wire.at_ms[plain], wire.values[plain])
        placed = [*self._locked(wire, addressed, np.flatnonzero(locked)), *self._parts(addressed)]
        placed.sort(key=_position)  # of two values for one instant the later in the request stays
        self._counted += [pushed for _, pushed in placed]

    def write(self, at: datetime) -> None:
        """Add up, and write one segment received at `at`; nothing if nothing was taken."""
        if self._counted:
            self._add_up(Window.around(at))
        if sum(map(len, self._series)):
            columns = last_writes(
                np.concatenate(self._series),
                np.concatenate(self._at_ms),
                np.concatenate(self._values),
            )
            segments.write(*columns, received_at=at)

    def _add_up(self, window: Window) -> None:
        before = newest.lock(self._hashes)
        after = dict(before)
        batch = accumulate(self._counted, after, latest_ms=window.latest_ms)
        newest.move(before, after)
        self._add_plain(batch.series, batch.at_ms, batch.values)

    def _add_plain(
        self,
        series: NDArray[np.int32],
        at_ms: NDArray[np.int64],
        values: NDArray[np.float64],
    ) -> None:
        self._series.append(series)
        self._at_ms.append(at_ms)
        self._values.append(values)

    def _locked(
        self, wire: Wire, addressed: Addressed, positions: NDArray[np.intp]
    ) -> Iterator[tuple[int, Pushed]]:
        codes = addressed.codes[positions]
        columns = (
            positions.tolist(),
            series_of(codes).tolist(),
            wire.at_ms[positions].tolist(),
            wire.values[positions].tolist(),
            are_increments(codes).tolist(),
        )
        for position, *pushed in zip(*columns, strict=True):
            address = addressed.addresses[position]
            if address is not None:
                one = Pushed(*pushed)
                self._hashes[one.series] = address.labels_hash
                yield position, one

    def _parts(self, addressed: Addressed) -> Iterator[tuple[int, Pushed]]:
        """Yield what is counted of observations; their plain part has a series of its own."""
        plain: list[tuple[int, int, float]] = []
        for part, known in addressed.parts:
            sample = part.sample
            if is_increment(sample) or known.accumulates:
                self._hashes[known.id] = known.labels_hash
                one = Pushed(known.id, to_ms(sample.at), sample.value, is_increment(sample))
                yield part.position, one
            else:
                plain.append((known.id, to_ms(sample.at), sample.value))
        if plain:
            series, at_ms, values = zip(*plain, strict=True)
            self._add_plain(
                np.array(series, np.int32), np.array(at_ms, np.int64), np.array(values, float)
            )


def _position(placed: tuple[int, Pushed]) -> int:
    return placed[0]
