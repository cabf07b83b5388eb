"""Buckets put together to downtimes, and what declared them."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from health.reports.stretches import Flip, Stretch, flips_of, stretches

NOON = datetime(2026, 10, 7, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)


def test_buckets_side_by_side_are_one_and_a_gap_parts_two() -> None:
    buckets = [(NOON + n * FIVE, ms) for n, ms in ((0, 60_000), (1, 300_000), (3, 1), (4, 0))]

    assert stretches(reversed(buckets)) == [
        Stretch(NOON, NOON + 2 * FIVE, 360_000),
        Stretch(NOON + 3 * FIVE, NOON + 4 * FIVE, 1),
    ]


def test_a_bucket_of_nothing_parts_two() -> None:
    buckets = [(NOON, 5), (NOON + FIVE, 0), (NOON + 2 * FIVE, 7)]

    assert [each.lasted_ms for each in stretches(buckets)] == [5, 7]


def test_a_later_stretch_grows_as_the_first_one_does() -> None:
    buckets = [(NOON + n * FIVE, ms) for n, ms in ((0, 1), (2, 20), (3, 300))]

    assert stretches(buckets) == [
        Stretch(NOON, NOON + FIVE, 1),
        Stretch(NOON + 2 * FIVE, NOON + 4 * FIVE, 320),
    ]


@given(st.lists(st.integers(0, 300_000), max_size=60))
def test_what_all_stretches_lasted_is_what_all_buckets_did(amounts: list[int]) -> None:
    found = stretches((NOON + n * FIVE, ms) for n, ms in enumerate(amounts))

    assert sum(each.lasted_ms for each in found) == sum(amounts)
    assert all(one.end < next_one.start for one, next_one in itertools.pairwise(found))


def test_a_downtime_is_declared_by_flips_to_unhealthy_up_to_a_bucket_after_it() -> None:
    stretch = Stretch(NOON, NOON + FIVE, 60_000)
    inside = Flip(NOON, "unhealthy", "refused")
    late = Flip(NOON + 2 * FIVE - timedelta(seconds=1), "unhealthy", "timeout")
    others = [
        Flip(NOON - timedelta(seconds=1), "unhealthy"),
        Flip(NOON + timedelta(seconds=1), "healthy"),
        Flip(NOON + 2 * FIVE, "unhealthy"),
    ]

    assert flips_of(stretch, [inside, *others, late]) == [inside, late]
