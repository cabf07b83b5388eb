"""Series number and way of counting in one integer, for whole columns at a time. Pure."""

import numpy as np
from numpy.typing import NDArray

from monitoring.ingest import histograms
from monitoring.ingest.accumulation import is_increment
from monitoring.ingest.series_cache import Address, Known
from monitoring.types import MetricType, Sample

_INCREMENT, _LOCKED, _COUNT = 1, 2, 4
_BITS = 3

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


def address_of(known: Known, sample: Sample) -> Address:
    """Return where the values that come with the sample's key go; not for an observation, which has many."""
    adds = is_increment(sample)
    code = known.id << _BITS
    code |= _INCREMENT if adds else 0
    code |= _LOCKED if adds or known.accumulates else 0
    code |= _COUNT if _counts(sample) else 0
    return Address(code, known.labels_hash)


def series_of(codes: Codes) -> NDArray[np.int32]:
    """Return the series numbers."""
    return (codes >> _BITS).astype(np.int32)


def series_number(code: int) -> int:
    """Return the series number."""
    return code >> _BITS


def are_increments(codes: Codes) -> Flags:
    """Tell which values are added to what is stored."""
    flags: Flags = (codes & _INCREMENT) != 0
    return flags


def are_locked(codes: Codes) -> Flags:
    """Tell which values belong to a series whose total is kept in `latest`."""
    flags: Flags = (codes & _LOCKED) != 0
    return flags


def are_counts(codes: Codes) -> Flags:
    """Tell which values must not be negative."""
    flags: Flags = (codes & _COUNT) != 0
    return flags


def _counts(sample: Sample) -> bool:
    if sample.type is MetricType.HISTOGRAM:
        return not sample.metric.endswith(histograms.SUM)
    return sample.type is MetricType.COUNTER
