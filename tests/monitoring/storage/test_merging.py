"""New samples and the chunks that are there become chunks: nothing lost, nothing twice, nothing overlapping."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.storage import merging
from monitoring.storage.merging import DAY_MS, Plan, Spans
from monitoring.storage.order import StoredSamples, last_writes
from tests.monitoring.storage.chunk_store import Store

Rows = list[tuple[int, int, float]]

DAY = 20_000 * DAY_MS  # some midnight
FULL = merging.MAX_SAMPLES


def samples(rows: Rows) -> StoredSamples:
    return last_writes(
        np.array([row[0] for row in rows], np.int32),
        np.array([row[1] for row in rows], np.int64),
        np.array([row[2] for row in rows], np.float64),
    )


def spans(*rows: tuple[int, int, int, int]) -> Spans:
    """Return chunks given as series, first and last instant within the day, samples."""
    table = np.array(rows, np.int64).reshape(-1, 4)
    return Spans(table[:, 0].astype(np.int32), DAY + table[:, 1], DAY + table[:, 2], table[:, 3])


def planned(new: list[int], *chunks: tuple[int, int, int]) -> Plan:
    """Plan samples of series 1 at instants of the day beside chunks (first, last, samples)."""
    return merging.plan(
        samples([(1, DAY + at, 0.0) for at in new]), spans(*((1, *chunk) for chunk in chunks))
    )


# Instants around a midnight, dense enough to collide, and some apart.
_INSTANTS = st.one_of(st.integers(-40, 40), st.integers(-30_000, 30_000)).map(
    lambda step: DAY + step * 1_000
)
_BATCHES = st.lists(
    st.lists(st.tuples(st.integers(1, 3), _INSTANTS, st.floats(-9, 9)), min_size=1, max_size=40),
    min_size=1,
    max_size=8,
)


@given(batches=_BATCHES, most=st.integers(1, 12), at_once=st.integers(1, 60))
def test_every_sample_is_kept_once_in_chunks_that_do_not_overlap(
    batches: list[Rows], most: int, at_once: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "MAX_SAMPLES", most)
        store = Store()
        naive: dict[tuple[int, int], float] = {}
        for batch in batches:
            naive |= {(series, at_ms): value for series, at_ms, value in batch}
            store.seal(samples(batch), at_once)
            store.check()

    assert store.content() == naive


@pytest.mark.parametrize(
    ("new", "chunks", "groups", "is_open", "rewritten", "late"),
    [
        pytest.param([5, 9], [], [0, 0], [True], [], 0, id="the first of their day"),
        pytest.param([5, 9], [(0, 4, 5)], [0, 0], [True], [0], 0, id="behind an open chunk"),
        pytest.param([5, 9], [(0, 4, FULL)], [0, 0], [True], [], 0, id="behind a full chunk"),
        pytest.param(
            [5, 9], [(0, 4, FULL - 1)], [0, 0], [True], [0], 0, id="behind an almost full one"
        ),
        pytest.param([4, 9], [(0, 4, FULL)], [0, 0], [True], [0], 2, id="at its last instant"),
        pytest.param([0], [(0, 4, FULL)], [0], [True], [0], 1, id="at its first instant"),
        pytest.param(
            [5], [(0, 4, FULL), (9, 12, 3)], [0], [False], [], 0, id="between, the first full"
        ),
        pytest.param(
            [5], [(0, 4, 9), (9, 12, 3)], [0], [False], [0], 1, id="between, the first with room"
        ),
        pytest.param([5], [(6, 9, 4)], [0], [True], [0], 0, id="before one with room"),
        pytest.param([5], [(6, 9, FULL)], [0], [False], [], 0, id="before a full one"),
        pytest.param(
            [5, 10], [(6, 9, FULL)], [0, 1], [False, True], [], 0, id="on both sides of a full one"
        ),
        pytest.param(
            [5, 7, 10], [(6, 9, FULL)], [0, 0, 0], [True], [0], 3, id="around and within a full one"
        ),
        pytest.param(
            [5, 10],
            [(6, 9, FULL), (10, 12, 3)],
            [0, 1],
            [False, True],
            [1],
            0,
            id="one chunk stays and its neighbour changes",
        ),
        pytest.param(
            [1, 11],
            [(0, 4, 5), (6, 9, FULL), (10, 12, 3)],
            [0, 1],
            [False, True],
            [0, 2],
            1,
            id="a chunk that gets nothing is left alone",
        ),
    ],
)
def test_samples_go_to_the_chunk_before_them_if_it_has_room(
    new: list[int],
    chunks: list[tuple[int, int, int]],
    groups: list[int],
    is_open: list[bool],
    rewritten: list[int],
    late: int,
) -> None:
    plan = planned(new, *chunks)

    assert plan.group.tolist() == groups
    assert plan.is_open.tolist() == is_open
    assert plan.rewritten.tolist() == rewritten
    assert len(plan.rewritten_group) == len(rewritten)
    assert plan.late_samples == late


def test_each_series_and_day_has_its_own_chunks() -> None:
    rows: Rows = [(1, DAY - 1, 0.0), (1, DAY, 0.0), (2, DAY, 0.0), (2, DAY + 1, 0.0)]

    plan = merging.plan(samples(rows), spans((2, 0, 0, 1)))

    assert plan.group.tolist() == [0, 1, 2, 2]
    assert plan.is_open.tolist() == [True] * 3
    assert (plan.rewritten.tolist(), plan.rewritten_group.tolist()) == ([0], [2])


@pytest.mark.parametrize(
    ("size", "is_open", "pieces"),
    [
        (1, True, [1]),
        (FULL, True, [FULL]),
        (FULL + 1, True, [FULL, 1]),
        (2 * FULL + 5, True, [FULL, FULL, 5]),
        (FULL, False, [FULL]),
        (FULL + 1, False, [FULL // 2, FULL // 2 + 1]),
        (2 * FULL + 1, False, [480, 480, 481]),
    ],
)
def test_an_open_group_is_filled_and_a_closed_one_cut_evenly(
    size: int, *, is_open: bool, pieces: list[int]
) -> None:
    of_group = samples([(1, DAY + at, 0.0) for at in range(size)])

    chunks = merging.cut(of_group, np.zeros(size, np.int64), np.array([is_open]))

    assert np.diff(chunks.starts).tolist() == pieces


def test_groups_are_cut_apart_from_one_another() -> None:
    of_groups = samples([(1, DAY + at, 0.0) for at in range(5)])

    chunks = merging.cut(
        of_groups, np.array([3, 3, 4, 4, 4]), np.array([False, False, False, True, True])
    )

    assert chunks.starts.tolist() == [0, 2, 5]
    assert chunks.spans().counts.tolist() == [2, 3]


def test_a_new_value_replaces_the_one_that_is_there() -> None:
    old, new = samples([(1, DAY, 1.0), (1, DAY + 2, 2.0)]), samples([(1, DAY + 2, 3.0)])

    merged, group = merging.merge(new, old, np.array([0]), np.array([0, 0]))

    assert merged.at_ms.tolist() == [DAY, DAY + 2]
    assert merged.values.tolist() == [1.0, 3.0]
    assert merged.series.tolist() == [1, 1]
    assert group.tolist() == [0, 0]


def test_a_group_with_more_than_a_part_holds_is_a_part_of_its_own() -> None:
    plan = planned([1, 2, 3, 11, 21], (10, 10, FULL), (20, 20, FULL - 1))

    parts = list(merging.slices(plan, np.array([FULL, FULL - 1]), 4))

    assert [part.groups for part in parts] == [slice(0, 2), slice(2, 3)]
    assert [part.samples for part in parts] == [slice(0, 4), slice(4, 5)]
    assert [part.rewritten for part in parts] == [slice(0, 0), slice(0, 1)]
