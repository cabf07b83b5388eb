"""How new samples and the chunks that are there become chunks. Pure: numpy only.

A chunk holds at most 720 samples of one series and one UTC day, and the chunks of a series do not overlap.
The last one of a day is open: it is filled to the brim before the next one begins. A closed one changes
only if a late sample falls into its span; if it then holds too much it is halved, so that its parts have
room for the next late ones.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.storage.order import StoredSamples, last_writes

MAX_SAMPLES = 720
DAY_MS = 86_400_000


class Spans(NamedTuple):
    """Chunks as their rows describe them, by series and time; instants in ms, the last one included."""

    series: NDArray[np.int32]
    first_ms: NDArray[np.int64]
    last_ms: NDArray[np.int64]
    counts: NDArray[np.int64]

    def at(self, places: NDArray[np.int64]) -> "Spans":
        """Return the chunks at these places."""
        series, first_ms, last_ms, counts = self
        return Spans(series[places], first_ms[places], last_ms[places], counts[places])


class Plan(NamedTuple):
    """Which samples go together. Groups are numbered from 0 in the order of series and time."""

    group: NDArray[np.int64]  # of each new sample
    is_open: NDArray[np.bool_]  # of each group: the last of its series and day
    rewritten: NDArray[np.int64]  # places of the chunks that take new samples, ascending
    rewritten_group: NDArray[np.int64]  # the group of each of these
    late_samples: int  # new ones for closed chunks


class Slice(NamedTuple):
    """A part of a plan that fits into memory: groups, new samples and rewritten chunks, all contiguous."""

    groups: slice
    samples: slice
    rewritten: slice


class Chunks(NamedTuple):
    """Samples cut into chunks: those of chunk i lie in `starts[i]:starts[i + 1]`."""

    samples: StoredSamples
    starts: NDArray[np.int64]

    def spans(self) -> Spans:
        """Return what the rows of the chunks will say."""
        series, at_ms, _ = self.samples
        first, after = self.starts[:-1], self.starts[1:]
        return Spans(series[first], at_ms[first], at_ms[after - 1], after - first)


def series_days(samples: StoredSamples) -> NDArray[np.int64]:
    """Return the place of the first sample of each series and UTC day."""
    return np.flatnonzero(_changes(samples.series) | _changes(samples.at_ms // DAY_MS))


def plan(new: StoredSamples, spans: Spans) -> Plan:
    """Assign each new sample to a chunk that is there, or to a new one.

    `spans` must name, for each series and day of `new`, the last chunk that begins no later than the first
    new sample, if there is one, and all chunks after it. A sample belongs to the last chunk that begins no
    later, or to the first one of the day. That chunk is rewritten if the sample falls into its span or if
    it has room; otherwise the samples between two chunks become chunks of their own.
    """
    day, chunk_day = _days_of(new, spans)
    chunk, is_before = _nearest(new, spans, day, chunk_day)
    # Place -1, behind the last chunk, stands for "no chunk": open, and nothing to rewrite.
    is_last = np.append(np.diff(chunk_day, append=-1) != 0, True)
    is_full = np.append(spans.counts >= MAX_SAMPLES, True)
    is_rewritten = np.zeros(len(is_full), bool)
    falls_in = ~is_before & (new.at_ms <= np.append(spans.last_ms, -1)[chunk])
    is_rewritten[chunk[falls_in | ~is_full[chunk]]] = True
    # What lies before a full chunk that stays as it is does not go with what lies behind it.
    is_apart = is_before & ~is_rewritten[chunk]
    begins = _changes(day) | _changes(chunk) | _changes(is_apart)
    first = np.flatnonzero(begins)
    holder = chunk[first]
    takes = is_rewritten[holder]
    is_late = is_rewritten & (is_full | ~is_last)
    return Plan(
        group=np.cumsum(begins) - 1,
        is_open=is_last[holder] & ~is_apart[first],
        rewritten=holder[takes],
        rewritten_group=np.flatnonzero(takes),
        late_samples=int(np.count_nonzero(is_late[chunk])),
    )


def slices(planned: Plan, counts: NDArray[np.int64], at_once: int) -> Iterator[Slice]:
    """Yield the parts of the plan, each of about `at_once` samples, or of one group that has more.

    `counts` are the samples of all chunks that the plan was made for.
    """
    weight = np.bincount(planned.group, minlength=len(planned.is_open))
    ends = np.cumsum(weight)
    weight[planned.rewritten_group] += counts[planned.rewritten]
    reached = np.cumsum(weight)
    first, samples, rewritten = 0, 0, 0
    while first < len(reached):
        before = int(reached[first - 1]) if first else 0
        after = max(first + 1, int(np.searchsorted(reached, before + at_once, side="right")))
        samples_end = int(ends[after - 1])
        rewritten_end = int(np.searchsorted(planned.rewritten_group, after))
        yield Slice(
            slice(first, after), slice(samples, samples_end), slice(rewritten, rewritten_end)
        )
        first, samples, rewritten = after, samples_end, rewritten_end


def merge(
    new: StoredSamples, old: StoredSamples, group: NDArray[np.int64], old_group: NDArray[np.int64]
) -> tuple[StoredSamples, NDArray[np.int64]]:
    """Return the samples of both with their groups; for an instant in both the new value stays."""
    if not len(old.series):
        return new, group
    # Groups are in the order of series and time, and no group holds two series.
    groups, at_ms, values = last_writes(
        np.concatenate((old_group, group)).astype(np.int32),
        np.concatenate((old.at_ms, new.at_ms)),
        np.concatenate((old.values, new.values)),
    )
    series_of = np.zeros(int(group[-1]) + 1, np.int32)
    series_of[group] = new.series
    return StoredSamples(series_of[groups], at_ms, values), groups.astype(np.int64)


def cut(samples: StoredSamples, group: NDArray[np.int64], is_open: NDArray[np.bool_]) -> Chunks:
    """Return the samples as chunks of at most 720: full ones where a group is open, else equal ones.

    `is_open` tells it of each group by its number.
    """
    first = np.flatnonzero(np.diff(group, prepend=-1))
    sizes = np.diff(first, append=len(group))
    pieces = -(-sizes // MAX_SAMPLES)
    size, piece_count = np.repeat(sizes, pieces), np.repeat(pieces, pieces)
    number = np.arange(len(size)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    within = np.where(
        np.repeat(is_open[group[first]], pieces), number * MAX_SAMPLES, number * size // piece_count
    )
    return Chunks(samples, np.append(np.repeat(first, pieces) + within, len(group)))


def _changes(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell of each entry whether it differs from the one before; the first one does."""
    changes = np.ones(len(column), bool)
    np.not_equal(column[1:], column[:-1], out=changes[1:])
    return changes


def _days_of(new: StoredSamples, spans: Spans) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the pairs of series and day in `new` from 0; return that of each sample and chunk."""
    first = series_days(new)
    keys = _series_day_keys(new.series[first], new.at_ms[first])
    chunk_keys = _series_day_keys(spans.series, spans.first_ms)
    samples = np.diff(first, append=len(new.series))
    return np.repeat(np.arange(len(first)), samples), np.searchsorted(keys, chunk_keys)


def _series_day_keys(series: NDArray[np.int32], at_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    return (series.astype(np.int64) << 20) | (at_ms // DAY_MS)  # 2**20 days are 2,800 years


def _nearest(
    new: StoredSamples, spans: Spans, day: NDArray[np.int64], chunk_day: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return for each new sample the place of its chunk, or -1, and whether it is older than that."""
    instants = day * DAY_MS + new.at_ms % DAY_MS
    begins = chunk_day * DAY_MS + spans.first_ms % DAY_MS
    place = np.searchsorted(begins, instants, side="right") - 1
    chunk_day = np.append(chunk_day, -1)  # of place -1, and of the one behind the last
    is_before = chunk_day[place] != day
    place = np.where(is_before, place + 1, place)
    place[chunk_day[place] != day] = -1
    is_before &= place >= 0
    return place, is_before
