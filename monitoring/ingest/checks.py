"""What is said of the numbers of a whole batch at once. Pure: numpy only.

The same rules and the same words as for one sample (`monitoring.ingest.fields`).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from monitoring.ingest import fields
from monitoring.ingest.addresses import Codes, are_counts
from monitoring.storage.window import Window
from monitoring.types import ItemError

Refusals = dict[int, ItemError]


def refused_numbers(
    values: NDArray[np.float64], at_ms: NDArray[np.int64], window: Window
) -> Refusals:
    """Return an error for each position whose value or instant cannot be stored.

    Values are finite and at most 1e18 in size, instants lie in the window of receipt, ends included.
    """
    # Written so that NaN fails it: every comparison with it is false.
    storable = np.abs(values) <= fields.MAX_VALUE
    inside = (at_ms >= window.earliest_ms) & (at_ms <= window.latest_ms)
    return {
        position: _reason(position, float(values[position]), is_storable=bool(storable[position]))
        for position in _positions(~(storable & inside))
    }


def refused_counts(values: NDArray[np.float64], codes: Codes) -> Refusals:
    """Return an error for each position where a count is negative."""
    return {
        position: ItemError(position, fields.NEGATIVE, "value")
        for position in _positions(are_counts(codes) & (values < 0))
    }


def _reason(position: int, value: float, *, is_storable: bool) -> ItemError:
    if is_storable:
        return ItemError(position, fields.OUTSIDE, "timestamp")
    message = fields.TOO_LARGE if np.isfinite(value) else fields.NOT_FINITE
    return ItemError(position, message, "value")


def _positions(flags: NDArray[np.bool_]) -> Iterator[int]:
    yield from np.flatnonzero(flags).tolist()
