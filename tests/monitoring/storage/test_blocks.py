"""Blocks of many segments answer as a plain dictionary of all writes would."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitoring.storage import blocks
from monitoring.storage.blocks import Block, block_of, combined, compacted, ranges, with_later
from monitoring.storage.codec import Columns, Index
from monitoring.storage.order import StoredSamples

Written = dict[tuple[int, int], float]

WRITES = st.dictionaries(
    st.tuples(st.integers(1, 4), st.integers(0, 9)), st.integers(0, 99), min_size=1, max_size=8
)
SEGMENTS = st.lists(WRITES, min_size=1, max_size=6)


def columns_of(written: Written) -> Columns:
    rows = sorted((series, at_ms, value) for (series, at_ms), value in written.items())
    series = np.array([row[0] for row in rows], np.int32)
    ids, counts = np.unique(series, return_counts=True)
    return Columns(
        Index(ids, np.concatenate(([0], np.cumsum(counts)))),
        np.array([row[1] for row in rows], np.int64),
        np.array([row[2] for row in rows], np.float64),
    )


def blocks_of(segments: list[Written], order: list[int], portions: int) -> list[Block]:
    """Return blocks of the segments, numbered as they stand, fetched in another order."""
    fetched = [(number, columns_of(segments[number])) for number in order]
    return [block_of(fetched[first : first + portions]) for first in range(0, len(order), portions)]


def held(found: list[Block], ids: list[int], first_ms: int, last_ms: int) -> Written:
    picked = [block.pick(np.array(ids, np.int32), first_ms, last_ms) for block in found]
    parts = [part for part in picked if part is not None]
    assert all(len(part.series) for part in parts)
    if not parts:
        return {}
    samples = combined(parts)
    keys = list(zip(samples.series.tolist(), samples.at_ms.tolist(), strict=True))
    assert keys == sorted(set(keys))
    return dict(zip(keys, samples.values.tolist(), strict=True))


@given(SEGMENTS, st.data())
def test_of_two_writes_the_higher_segment_counts_in_whatever_order_they_are_fetched(
    segments: list[Written], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(segments))))
    portions = data.draw(st.integers(1, len(segments)))
    ids = sorted(data.draw(st.sets(st.integers(0, 5))))
    first_ms, last_ms = data.draw(st.integers(-1, 10)), data.draw(st.integers(-1, 10))
    written: Written = {}
    for segment in segments:
        written |= segment
    wanted = {
        key: value
        for key, value in written.items()
        if key[0] in ids and first_ms <= key[1] <= last_ms
    }
    found = blocks_of(segments, order, portions)

    assert held(found, ids, first_ms, last_ms) == wanted
    assert held(list(compacted(found)), ids, first_ms, last_ms) == wanted


@given(SEGMENTS)
def test_compacting_keeps_every_segment_in_one_block(segments: list[Written]) -> None:
    found = compacted(blocks_of(segments, list(range(len(segments))), 1))

    assert sorted(number for block in found for number in block.merged) == list(
        range(len(segments))
    )
    assert [len(block) for block in found] == sorted((len(block) for block in found), reverse=True)


def single(number: int, samples: int) -> Block:
    return block_of(
        [(number, columns_of({(1, number * 1_000 + at): 1.0 for at in range(samples)}))]
    )


def test_blocks_of_like_size_are_merged_until_each_is_twice_the_next() -> None:
    found: tuple[Block, ...] = ()
    for number in range(100):
        found = compacted([*found, single(number, 10)])

    sizes = [len(block) for block in found]
    assert sum(sizes) == 1_000
    assert all(larger > 2 * smaller for larger, smaller in pairwise(sizes))


def test_no_block_grows_beyond_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MAX_SAMPLES", 20)

    assert [len(block) for block in compacted([single(n, 10) for n in range(4)])] == [20, 20]
    assert [len(block) for block in compacted([single(1, 11), single(2, 10)])] == [11, 10]


def test_a_block_says_how_much_memory_it_takes() -> None:
    small, large = single(1, 10), single(1, 1_000)

    assert large.nbytes - small.nbytes == 990 * blocks.SAMPLE_BYTES


@pytest.mark.parametrize(
    ("starts", "counts", "places"),
    [
        ([], [], []),
        ([5], [0], []),
        ([5, 2], [2, 3], [5, 6, 2, 3, 4]),
        ([0, 9, 4], [1, 0, 1], [0, 4]),
    ],
)
def test_ranges_are_written_out(starts: list[int], counts: list[int], places: list[int]) -> None:
    found = ranges(np.array(starts, np.int64), np.array(counts, np.int64))

    assert found.tolist() == places


def stored(written: Written) -> StoredSamples:
    columns = columns_of(written)
    series = np.repeat(columns.index.ids, np.diff(columns.index.starts))
    return StoredSamples(series, columns.at_ms, columns.values)


def pairs(samples: StoredSamples) -> list[tuple[int, int, float]]:
    return list(zip(*(column.tolist() for column in samples), strict=True))


@given(WRITES, WRITES, st.sampled_from([0, 2**62]))
def test_later_samples_replace_those_of_the_same_instant(
    before: Written, later: Written, far: int
) -> None:
    """With instants too far apart to be packed into one number, too."""
    before = before | {(1, far): 0.0}

    found = with_later(stored(before), stored(later))

    assert pairs(found) == sorted((*key, value) for key, value in (before | later).items())


def test_what_was_stored_is_left_as_it_was() -> None:
    before: Written = {(1, 5): 1.0}
    samples = stored(before)

    with_later(samples, stored({(1, 5): 2.0}))

    assert pairs(samples) == [(1, 5, 1.0)]


def test_series_numbers_that_do_not_pack_with_the_time_are_ordered_all_the_same() -> None:
    series: NDArray[np.int32] = np.array([2**31 - 1], np.int32)
    late = Columns(Index(series, np.array([0, 1])), np.array([2**60]), np.array([1.0]))
    early = Columns(Index(series, np.array([0, 1])), np.array([0]), np.array([2.0]))

    found = block_of([(1, late), (2, early)])

    assert found.at_ms.tolist() == [0, 2**60]
    assert (found.first_ms, found.last_ms) == (0, 2**60)
