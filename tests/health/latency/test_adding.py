"""Adding up many written histograms is adding up histograms."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.latency.adding import added_up
from health.latency.histogram import LatencyHistogram

HISTOGRAMS = st.one_of(
    st.lists(st.floats(0, 1e5), max_size=8).map(LatencyHistogram.of),
    st.lists(st.integers(0, 9), min_size=2, max_size=2).map(
        lambda counts: LatencyHistogram.of_buckets([10, 100], [counts[0], sum(counts)])
    ),
)


@given(st.lists(HISTOGRAMS, max_size=30))
def test_many_written_ones_add_up_to_the_merged_one(histograms: list[LatencyHistogram]) -> None:
    added = added_up(each.to_json() for each in histograms)

    assert added.to_json() == LatencyHistogram().merged(histograms).to_json()


@pytest.mark.parametrize("number", [1, 8, 9, 40])
def test_few_and_many_are_added_alike(number: int) -> None:
    one = LatencyHistogram.of([5, 5, 900]).merged([LatencyHistogram.of_buckets([10], [3])])
    written: list[dict[str, Any]] = [one.to_json()] * number

    added = added_up(written)

    assert (added.count, added.to_json()["counts"]) == (6 * number, [2 * number, number])


def test_nothing_is_an_empty_histogram() -> None:
    assert added_up([]).count == 0
    assert added_up([{}] * 20).to_json() == {}
