"""Blocks: the samples of many segments, merged in memory so that a reader searches a few arrays. Pure.

A segment is small and there may be ten thousand of them; asking each for one series would cost more than
reading its samples. So segments are merged into blocks, small ones into larger ones, as a log-structured
merge tree does: each sample is moved a handful of times, and a few blocks hold everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.storage.codec import Columns, Index
from monitoring.storage.order import StoredSamples

MAX_SAMPLES = 250_000  # merging two blocks of this size takes about 20 ms, in somebody's request
SAMPLE_BYTES = 24  # instant, value, segment


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples and the segment that each came from: of two for one instant the higher one counts."""

    series: NDArray[np.int32]
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    segments: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Samples by series, then time, one for each series and instant, and the segments merged into it."""

    index: Index
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    segments: NDArray[np.int64]
    merged: frozenset[int]
    first_ms: int
    last_ms: int

    def __len__(self) -> int:
        return len(self.at_ms)

    @property
    def nbytes(self) -> int:
        """Return the size of the arrays in memory, in bytes."""
        return SAMPLE_BYTES * len(self) + 12 * len(self.index.ids) + 64 * len(self.merged)

    def samples(self) -> Samples:
        """Return all samples."""
        return Samples(_series_of(self.index), self.at_ms, self.values, self.segments)

    def pick(self, ids: NDArray[np.int32], first_ms: int, last_ms: int) -> Samples | None:
        """Return the samples of some series (ids ascending) in a span, both ends included, if any."""
        if first_ms > self.last_ms or last_ms < self.first_ms:
            return None
        own = self.index.ids
        places = np.searchsorted(own, ids)
        places = places[own.take(places, mode="clip") == ids]
        if not len(places):
            return None
        starts, ends = self.index.starts[places], self.index.starts[places + 1]
        if len(places) == 1:
            return self._pick_one(
                int(own[places[0]]), slice(int(starts[0]), int(ends[0])), first_ms, last_ms
            )
        chosen = ranges(starts, ends - starts)
        at_ms = self.at_ms[chosen]
        if first_ms > self.first_ms or last_ms < self.last_ms:
            inside = (at_ms >= first_ms) & (at_ms <= last_ms)
            chosen, at_ms = chosen[inside], at_ms[inside]
            series = np.repeat(own[places], ends - starts)[inside]
        else:
            series = np.repeat(own[places], ends - starts)
        if not len(chosen):
            return None
        return Samples(series, at_ms, self.values[chosen], self.segments[chosen])

    def _pick_one(self, series_id: int, held: slice, first_ms: int, last_ms: int) -> Samples | None:
        at_ms = self.at_ms[held]
        start = held.start + int(np.searchsorted(at_ms, first_ms))
        end = held.start + int(np.searchsorted(at_ms, last_ms, side="right"))
        if start >= end:
            return None
        return Samples(
            np.full(end - start, series_id, np.int32),
            self.at_ms[start:end],
            self.values[start:end],
            self.segments[start:end],
        )


def block_of(segments: Sequence[tuple[int, Columns]]) -> Block:
    """Return the block of some decoded segments, each given with its id; at least one."""
    return _block(
        combined(
            [
                Samples(
                    _series_of(columns.index),
                    columns.at_ms,
                    columns.values,
                    np.full(len(columns.at_ms), segment_id, np.int64),
                )
                for segment_id, columns in segments
            ]
        ),
        frozenset(segment_id for segment_id, _ in segments),
    )


def compacted(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the same samples in fewer blocks, the larger ones first.

    A block is merged with its smaller neighbour as long as that is at least half as large, so there are
    about as many blocks as the number of samples has doubled; merging makes none larger than MAX_SAMPLES.
    """
    stack: list[Block] = []
    for block in sorted(blocks, key=len, reverse=True):
        stack.append(block)
        while len(stack) > 1 and _should_merge(stack[-2], stack[-1]):
            last, before = stack.pop(), stack.pop()
            stack.append(
                _block(combined([before.samples(), last.samples()]), before.merged | last.merged)
            )
    return tuple(stack)


def combined(parts: Sequence[Samples]) -> Samples:
    """Return samples of several segments by series, then time; of one instant the highest segment's."""
    series = np.concatenate([part.series for part in parts])
    at_ms = np.concatenate([part.at_ms for part in parts])
    values = np.concatenate([part.values for part in parts])
    segments = np.concatenate([part.segments for part in parts])
    order = _by_series_and_time(series, at_ms)
    last = _is_last_of_instant(series[order], at_ms[order])
    if not last.all():
        order = np.lexsort((segments, at_ms, series))[last]
    return Samples(series[order], at_ms[order], values[order], segments[order])


def with_later(stored: StoredSamples, later: StoredSamples) -> StoredSamples:
    """Return both; of two samples of one series and instant the later one.

    `later` is small as a rule, so its samples are put in their places and the rest is not sorted again.
    """
    places, replaces = _places(stored, later)
    values = stored.values
    if replaces.any():
        values = values.copy()
        values[places[replaces]] = later.values[replaces]
    adds = ~replaces
    return StoredSamples(
        np.insert(stored.series, places[adds], later.series[adds]),
        np.insert(stored.at_ms, places[adds], later.at_ms[adds]),
        np.insert(values, places[adds], later.values[adds]),
    )


def _places(
    stored: StoredSamples, later: StoredSamples
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return where each later sample belongs, and whether one of its instant is there already."""
    first = np.flatnonzero(np.diff(later.series, prepend=-1))
    after = np.append(first[1:], len(later.series))
    lows = np.searchsorted(stored.series, later.series[first])
    highs = np.searchsorted(stored.series, later.series[first], side="right")
    places = np.empty(len(later.series), np.int64)
    for begin, end, low, high in zip(
        first.tolist(), after.tolist(), lows.tolist(), highs.tolist(), strict=True
    ):
        places[begin:end] = low + np.searchsorted(stored.at_ms[low:high], later.at_ms[begin:end])
    replaces = places < np.repeat(highs, after - first)
    replaces[replaces] = stored.at_ms[places[replaces]] == later.at_ms[replaces]
    return places, replaces


def ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return start, start + 1, ... of each range, one range after the other."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + counts, counts)


def _by_series_and_time(series: NDArray[np.int32], at_ms: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the stable order of samples by series, then time.

    What is merged comes as a few sorted runs, which one merge sort takes several times as fast as
    np.lexsort.
    """
    keys = _keys(series, at_ms)
    return np.lexsort((at_ms, series)) if keys is None else np.argsort(keys, kind="stable")


def _keys(series: NDArray[np.int32], at_ms: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return one number for each sample, in the order of series and time; None if it would not fit."""
    first = at_ms.min()
    time_bits = int(at_ms.max() - first).bit_length()
    if int(series.max()).bit_length() + time_bits > 63:
        return None
    keys: NDArray[np.int64] = (series.astype(np.int64) << time_bits) | (at_ms - first)
    return keys


def _is_last_of_instant(series: NDArray[np.int32], at_ms: NDArray[np.int64]) -> NDArray[np.bool_]:
    last = np.ones(len(series), bool)
    last[:-1] = (series[1:] != series[:-1]) | (at_ms[1:] != at_ms[:-1])
    return last


def _should_merge(larger: Block, smaller: Block) -> bool:
    return len(larger) <= 2 * len(smaller) and len(larger) + len(smaller) <= MAX_SAMPLES


def _block(samples: Samples, merged: frozenset[int]) -> Block:
    first = np.flatnonzero(np.diff(samples.series, prepend=samples.series[0] - np.int64(1)))
    index = Index(samples.series[first], np.append(first, len(samples.series)))
    at_ms = samples.at_ms
    return Block(
        index,
        at_ms,
        samples.values,
        samples.segments,
        merged,
        int(at_ms.min()),
        int(at_ms.max()),
    )


def _series_of(index: Index) -> NDArray[np.int32]:
    return np.repeat(index.ids, np.diff(index.starts))
