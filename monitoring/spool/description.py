"""What the samples of a request are, as far as it can be said without the database."""

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitoring.ingest import checks, histograms
from monitoring.ingest.accumulation import is_increment
from monitoring.ingest.addresses import address_of
from monitoring.ingest.fields import RefusedError
from monitoring.ingest.series_cache import Known
from monitoring.ingest.wire import Wire
from monitoring.spool.records import KeptSeries
from monitoring.types import ItemError, MetricType, Sample

_REFUSED = -1
_NOWHERE = 1  # a number of a series: only how its values count is asked for


@dataclass(slots=True)
class Description:
    """The distinct series of a request, and the place of each sample's among them, -1 for what is refused."""

    codes: NDArray[np.int32]
    series: list[KeptSeries] = field(default_factory=list)
    has_increments: bool = False
    ways_of_counting: list[int] = field(
        default_factory=list
    )  # of each series, as the door codes them

    def add(self, sample: Sample) -> int:
        """Add a series; return its place."""
        self.series.append(
            KeptSeries(
                sample.metric, sample.service, sample.type, sample.temporality, dict(sample.labels)
            )
        )
        observed = _is_observation(sample)
        self.has_increments |= observed or is_increment(sample)
        known = Known(_NOWHERE, "", sample.type)
        self.ways_of_counting.append(0 if observed else address_of(known, sample).code)
        return len(self.series) - 1


def describe(wire: Wire, refused: dict[int, ItemError]) -> Description:
    """Return what is to be kept of a request; add to `refused` what its door or a count refuses.

    A key is described once if its door takes it, and each observation by itself, as the one door does.
    """
    described = Description(np.full(len(wire), _REFUSED, np.int32))
    places: dict[Hashable, int] = {}
    observed: set[Hashable] = set()
    for position, key in enumerate(wire.keys):
        if position in refused:
            continue
        if key not in places or key in observed:
            try:
                sample = wire.describe(position)
            except RefusedError as refusal:
                refused[position] = ItemError(position, str(refusal), refusal.field)
                continue
            if key not in places:
                places[key] = described.add(sample)
            if _is_observation(sample):
                observed.add(key)
        described.codes[position] = places[key]
    _refuse_negative_counts(wire, described, refused)
    return described


def _refuse_negative_counts(
    wire: Wire, described: Description, refused: dict[int, ItemError]
) -> None:
    ways = np.array([*described.ways_of_counting, 0], np.int64)  # the last is for the place -1
    negative = checks.refused_counts(wire.values, ways[described.codes])
    refused |= negative
    described.codes[list(negative)] = _REFUSED


def _is_observation(sample: Sample) -> bool:
    return sample.type is MetricType.HISTOGRAM and not histograms.is_part(sample)
