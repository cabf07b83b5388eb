"""Which samples are left to read where roll-ups cover some days of some series. Pure: numpy only."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DAY_MS = 86_400_000


class Stretch(NamedTuple):
    """Series to be read from `start_ms` to before `end_ms`."""

    start_ms: int
    end_ms: int
    ids: NDArray[np.int32]


def whole_days(start_ms: int, end_ms: int) -> range:
    """Return the UTC days, counted from 1970, that lie within the span as a whole."""
    first = -(-start_ms // DAY_MS)
    return range(first, max(first, end_ms // DAY_MS))


def uncovered(
    ids: NDArray[np.int32],
    series: NDArray[np.int32],
    days: NDArray[np.int64],
    considered: range,
    start_ms: int,
    end_ms: int,
) -> list[Stretch]:
    """Return what of the span is not covered, in the order of time, neighbours with the same series as one.

    `series[i]` is covered on `days[i]`, one of the days `considered`; before and after these nothing is.
    """
    is_left = np.ones((len(considered), len(ids)), bool)
    is_left[days - considered.start, np.searchsorted(ids, series)] = False
    pieces = [
        (start_ms, considered.start * DAY_MS, ids),
        *(
            (day * DAY_MS, (day + 1) * DAY_MS, ids[mask])
            for day, mask in zip(considered, is_left, strict=True)
        ),
        (considered.stop * DAY_MS, end_ms, ids),
    ]
    stretches: list[Stretch] = []
    for first, after, some in pieces:
        if first >= after or not len(some):
            continue
        last = stretches[-1] if stretches else None
        if last is not None and last.end_ms == first and np.array_equal(last.ids, some):
            stretches[-1] = last._replace(end_ms=after)
        else:
            stretches.append(Stretch(first, after, some))
    return stretches
