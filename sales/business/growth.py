"""By how much counters rose since an instant, from their last values by step. Pure: numpy only."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


def growth_since(last: Values, first_step: int, *, from_zero: Flags) -> Values:
    """Return for each row of `last` [series x steps] its growth from the beginning of step `first_step` on.

    A cell is the last value in its step, NaN where the step holds none. What a series had before that step is where
    it starts from; one that had nothing starts from zero where `from_zero` says that it was not there before, and
    otherwise from its first value: nobody knows how much of that is new. A fall is a restart from zero. Whole events
    stay whole numbers. 0.0 for a series that is silent from there on.

    Raises ValueError if `first_step` is none of the steps.
    """
    if not 0 <= first_step < last.shape[1]:
        raise ValueError(f"there is no step {first_step} among {last.shape[1]}")
    before = _newest(last[:, :first_step])
    first = _oldest(last[:, first_step:])
    unknown = np.isnan(before)
    start = np.where(unknown, np.where(from_zero, 0.0, first), before)
    held = _carried_forward(np.column_stack((start, last[:, first_step:])))
    now, previous = held[:, 1:], held[:, :-1]
    steps = np.where(now >= previous, now - previous, now)
    grown: Values = np.nansum(steps, axis=1)
    return grown


def _newest(values: Values) -> Values:
    """Return the last number of each row, NaN where there is none."""
    return _oldest(values[:, ::-1])


def _oldest(values: Values) -> Values:
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    places = np.argmax(~np.isnan(values), axis=1)
    oldest: Values = values[np.arange(len(values)), places]
    return oldest


def _carried_forward(values: Values) -> Values:
    """Return the values with each gap filled by the number before it."""
    places = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    np.maximum.accumulate(places, axis=1, out=places)
    return values[np.arange(len(values))[:, None], places]
