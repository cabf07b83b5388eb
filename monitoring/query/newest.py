"""The newest sample of each series: what is sealed and what is not, without a query for each series."""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from monitoring.query.columns import SampleColumns, read_columns
from monitoring.storage import unsealed
from monitoring.storage.instants import to_ms
from monitoring.storage.unsealed import View

Instants = NDArray[np.int64]
Values = NDArray[np.float64]
_Samples = tuple[NDArray[np.int32], Instants, Values]  # one for each series


def newest_of(ids: NDArray[np.int32]) -> tuple[Instants, Values]:
    """Return instant in ms and value of the newest sample of each series, in the order given.

    For a series of increments the value is its running total. Of two samples of one instant the later
    write counts. Without a sample the instant is NO_SAMPLE_MS (far in the past) and the value nan.
    """
    return unsealed.view(with_newest=True).newest_of(np.asarray(ids, np.int32))


def newest_in(
    ids: NDArray[np.int32], start_ms: int, end_ms: int, *, max_points: int, view: View
) -> SampleColumns:
    """Return of each series the last sample from `start_ms` (not before 1970) to `end_ms`, both included.

    The ids ascend, and the view was asked for `with_newest`. Only series that have gone on after `end_ms`
    are read; raises TooManyPointsError if those hold more than `max_points` in the span. The newest sample
    of a series is known for as long as the series, which may be longer than METRICS_RETENTION.
    """
    at_ms, values = view.newest_of(ids)
    goes_on = at_ms > end_ms
    ends_within = (at_ms >= start_ms) & ~goes_on
    found = ids[ends_within], at_ms[ends_within], values[ends_within]
    if goes_on.any():
        read = read_columns(ids[goes_on], start_ms, end_ms, max_points=max_points, view=view)
        last = read.starts[1:] - 1
        found = _by_id(found, (read.ids, read.at_ms[last], read.values[last]))
    return SampleColumns(found[0], np.arange(len(found[0]) + 1), *found[1:])


def _by_id(one: _Samples, other: _Samples) -> _Samples:
    ids = np.concatenate((one[0], other[0]))
    at_ms, values = np.concatenate((one[1], other[1])), np.concatenate((one[2], other[2]))
    order = np.argsort(ids)
    return ids[order], at_ms[order], values[order]


def ceil_ms(at: datetime) -> int:
    """Return the first millisecond that does not lie before the instant."""
    return to_ms(at - timedelta(microseconds=1)) + 1
