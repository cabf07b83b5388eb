"""What roll-ups do not cover has to be read, all of it and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.query.coverage import DAY_MS, uncovered, whole_days

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (0, DAY_MS, range(1)),
        (1, 2 * DAY_MS, range(1, 2)),
        (0, DAY_MS - 1, range(0)),
        (1, DAY_MS - 1, range(1, 1)),
        (DAY_MS, 4 * DAY_MS + 1, range(1, 4)),
    ],
)
def test_only_days_that_lie_within_as_a_whole_are_considered(
    start: int, end: int, days: range
) -> None:
    assert whole_days(start, end) == days


@given(
    st.sets(st.tuples(st.sampled_from([3, 5, 8]), st.integers(10, 14))),
    st.integers(9 * 24, 10 * 24),
    st.integers(15 * 24, 16 * 24),
)
def test_each_hour_of_each_series_is_read_or_covered_and_never_both(
    covered: set[tuple[int, int]], first_hour: int, last_hour: int
) -> None:
    ids = np.array([3, 5, 8], np.int32)
    known = sorted(covered)

    stretches = uncovered(
        ids,
        np.array([series for series, _ in known], np.int32),
        np.array([day for _, day in known], np.int64),
        range(10, 15),
        first_hour * HOUR_MS,
        last_hour * HOUR_MS,
    )

    read = [
        (series, hour)
        for stretch in stretches
        for series in stretch.ids.tolist()
        for hour in range(stretch.start_ms // HOUR_MS, stretch.end_ms // HOUR_MS)
    ]
    assert len(read) == len(set(read))
    assert set(read) == {
        (series, hour)
        for series in (3, 5, 8)
        for hour in range(first_hour, last_hour)
        if (series, hour // 24) not in covered
    }


def test_neighbours_with_the_same_series_are_read_at_once() -> None:
    ids = np.array([3, 5], np.int32)

    stretches = uncovered(
        ids, np.array([3], np.int32), np.array([12]), range(10, 15), 9 * DAY_MS, 16 * DAY_MS
    )

    assert [
        (each.start_ms // DAY_MS, each.end_ms // DAY_MS, each.ids.tolist()) for each in stretches
    ] == [
        (9, 12, [3, 5]),
        (12, 13, [5]),
        (13, 16, [3, 5]),
    ]


def test_a_gap_that_is_covered_parts_two_stretches() -> None:
    ids = np.array([3], np.int32)

    stretches = uncovered(
        ids, np.array([3], np.int32), np.array([11]), range(10, 13), 10 * DAY_MS, 13 * DAY_MS
    )

    assert [(each.start_ms // DAY_MS, each.end_ms // DAY_MS) for each in stretches] == [
        (10, 11),
        (12, 13),
    ]
