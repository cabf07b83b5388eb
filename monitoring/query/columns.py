"""Samples of many series as columns: what is not sealed yet, and the chunks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from monitoring.query.time_limit import Deadline
from monitoring.storage import chunks, segments, unsealed
from monitoring.storage.blocks import Samples, block_of, combined, with_later
from monitoring.storage.chunks import TooManyPointsError
from monitoring.storage.instants import from_ms
from monitoring.storage.order import StoredSamples
from monitoring.storage.unsealed import View
from monitoring.storage.window import MAX_AGE, MAX_AHEAD

__all__ = ["SampleColumns", "TooManyPointsError", "read_columns"]

_MILLISECOND = timedelta(
    milliseconds=1
)  # instants of samples are cut to it, those of receipts are not
_NONE = StoredSamples(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0))


@dataclass(frozen=True, slots=True, eq=False)
class SampleColumns:
    """Samples of some series, one series after the other.

    `ids` ascend, and only series with samples are there. Those of `ids[i]` lie in
    `starts[i]:starts[i + 1]`: instants in ms since the epoch, ascending, each once.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]


def read_columns(
    ids: NDArray[np.int32],
    start_ms: int,
    end_ms: int,
    *,
    max_points: int,
    view: View | None = None,
    deadline: Deadline | None = None,
) -> SampleColumns:
    """Return the samples of the series from `start_ms` to `end_ms`, both included.

    Of two samples of one series and instant the later write is returned. `view` is one that the caller has
    just got. Raises TooManyPointsError beyond `max_points`, TooSlowError beyond the deadline. A damaged
    segment or chunk is logged, counted and left out.
    """
    wanted = np.unique(np.asarray(ids, np.int32))
    if not len(wanted) or end_ms < start_ms:
        return _columns(_NONE)
    # Before the chunks: what is sealed between the two is found twice, the other way round not at all.
    picked: list[Samples] = []
    points = 0
    for part in _unsealed(view or unsealed.view(), wanted, start_ms, end_ms):
        if deadline is not None:
            deadline.check()
        if part is not None:
            picked.append(part)
            points += len(part.series)
            _check(points, max_points)
    sealed = chunks.read(wanted, start_ms, end_ms, limit_points=max_points)
    samples = _merged(sealed, picked)
    _check(len(samples.series), max_points)
    return _columns(samples)


def _unsealed(
    view: View, ids: NDArray[np.int32], start_ms: int, end_ms: int
) -> Iterator[Samples | None]:
    if view.is_complete:
        for block in view.blocks:
            yield block.pick(ids, start_ms, end_ms)
        return
    start, end = from_ms(start_ms), from_ms(end_ms)
    # A sample is at most this much older or newer than its receipt, so no other segment can hold it.
    found = segments.find(
        received_from=start - MAX_AHEAD - _MILLISECOND,
        received_to=end + MAX_AGE + _MILLISECOND,
        start=start,
        end=end,
        limit=settings.MAX_RANGE_SEGMENTS + 1,
    )
    if len(found) > settings.MAX_RANGE_SEGMENTS:
        raise _too_much(f"{settings.MAX_RANGE_SEGMENTS} segments")
    for segment, columns in segments.read(found):
        yield block_of([(segment.id, columns)]).pick(ids, start_ms, end_ms)


def _merged(sealed: StoredSamples, picked: list[Samples]) -> StoredSamples:
    """Return all samples in order; an unsealed one replaces a sealed one of the same instant."""
    if not picked:
        return sealed
    merged = combined(picked) if len(picked) > 1 else picked[0]
    later = StoredSamples(merged.series, merged.at_ms, merged.values)
    return with_later(sealed, later) if len(sealed.series) else later


def _columns(samples: StoredSamples) -> SampleColumns:
    first = np.flatnonzero(np.diff(samples.series, prepend=-1))
    return SampleColumns(
        samples.series[first],
        np.append(first, len(samples.series)),
        samples.at_ms,
        samples.values,
    )


def _check(points: int, max_points: int) -> None:
    if points > max_points:
        raise _too_much(f"{max_points} points")


def _too_much(what: str) -> TooManyPointsError:
    return TooManyPointsError(
        f"the range holds more than {what}:"
        " ask for a shorter span, one metric, one service, or more labels"
    )
