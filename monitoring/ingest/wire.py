"""Samples on their way in, in columns: what a door parsed, without an object for each. Pure."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from monitoring.ingest.fields import RefusedError
from monitoring.storage.instants import to_ms
from monitoring.types import Sample

__all__ = ["Described", "RefusedError", "Wire", "wire_of"]


@dataclass(frozen=True, slots=True)
class Wire:
    """The samples of one request; all columns have one length.

    `keys`: equal keys stand for the same series, metric type and temporality; the door's name is part
    of a key, so that two doors never share one. `at_ms`: ms since the epoch; beyond what int64 holds, any
    instant outside the window of receipt. `values` may be anything, the door refuses what is not finite.
    `describe` returns the whole sample at a position, its name, service and labels validated, or raises
    RefusedError; it is asked for keys that were not met before, and by whoever listens after the commit.
    """

    keys: Sequence[Hashable]
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    describe: Callable[[int], Sample]

    def __len__(self) -> int:
        return len(self.keys)


class Described(Sequence[Sample]):
    """Samples that are made when somebody looks at them."""

    def __init__(self, wire: Wire, positions: Sequence[int]) -> None:
        self._wire = wire
        self._positions = positions

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, place: int) -> Sample: ...

    @overload
    def __getitem__(self, place: slice) -> "Described": ...

    def __getitem__(self, place: int | slice) -> "Sample | Described":
        if isinstance(place, slice):
            return Described(self._wire, self._positions[place])
        return self._wire.describe(self._positions[place])


def wire_of(samples: Sequence[Sample]) -> Wire:
    """Return samples that exist already in columns."""
    return Wire(
        keys=[_key_of(sample) for sample in samples],
        at_ms=np.array([to_ms(sample.at) for sample in samples], np.int64),
        values=np.array([sample.value for sample in samples], np.float64),
        describe=samples.__getitem__,
    )


def _key_of(sample: Sample) -> Hashable:
    return (
        "sample",
        sample.metric,
        sample.service,
        sample.type,
        sample.temporality,
        *sorted(sample.labels.items()),
    )
