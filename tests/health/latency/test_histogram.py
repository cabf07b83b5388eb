"""Latency histograms against numpy, and the cases that a property does not name."""

import json
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from health.latency.histogram import LatencyHistogram

DURATIONS = st.one_of(
    st.floats(0.001, 1e7),
    st.integers(0, 5_000).map(float),
    st.sampled_from([0.0, 1.0, 1.02, 100.0, 0.001]),
)
MANY = st.lists(DURATIONS, min_size=1, max_size=60)
QUANTILES = st.floats(0, 1)
BUCKETS = st.lists(
    st.tuples(st.floats(0.5, 1e4), st.integers(0, 50)), max_size=6, unique_by=lambda x: x[0]
)
BOUNDS = (10.0, 50.0, 100.0, math.inf)


def classic(pairs: list[tuple[float, int]], beyond: int) -> LatencyHistogram:
    pairs = sorted(pairs)
    bounds = [*(bound for bound, _ in pairs), math.inf]
    return LatencyHistogram.of_buckets(bounds, np.cumsum([*(n for _, n in pairs), beyond]).tolist())


def equal(one: LatencyHistogram, other: LatencyHistogram) -> bool:
    return one.to_json() == other.to_json()


@given(values=MANY, q=QUANTILES)
@example(values=[float(n) for n in range(100)], q=0.07)
@example(values=[float(n) for n in range(100)], q=0.95)
@example(values=[0.0, 5.0], q=0.5)
def test_a_percentile_is_within_one_percent_of_what_numpy_finds(
    values: list[float], q: float
) -> None:
    found = LatencyHistogram.of(values).quantile(q)

    # A rank that doubles cannot tell from a whole number may fall on either of two neighbours.
    exact = [np.quantile(values, p, method="inverted_cdf") for p in (max(0.0, q - 1e-9), q)]

    assert any(found == pytest.approx(float(value), rel=0.01, abs=0.001) for value in exact)


@given(values=MANY, threshold=st.floats(0, 1e7))
def test_what_is_clearly_within_counts_and_what_is_clearly_beyond_does_not(
    values: list[float], threshold: float
) -> None:
    within = LatencyHistogram.of(values).count_within(threshold)

    at_least = sum(value <= threshold * 0.99 - 0.001 for value in values)
    at_most = sum(value <= threshold * 1.01 + 0.001 for value in values)
    assert at_least <= within <= at_most


@given(parts=st.lists(MANY, max_size=5), q=QUANTILES)
def test_adding_up_parts_is_counting_in_one_place(parts: list[list[float]], q: float) -> None:
    whole = LatencyHistogram.of(value for part in parts for value in part)

    merged = LatencyHistogram().merged(map(LatencyHistogram.of, parts))

    assert equal(merged, whole)
    assert merged.count == sum(map(len, parts))
    assert merged.quantile(q) == whole.quantile(q)


@given(values=st.lists(DURATIONS, max_size=30), pairs=BUCKETS, beyond=st.integers(0, 9))
def test_json_keeps_every_count(
    values: list[float], pairs: list[tuple[float, int]], beyond: int
) -> None:
    histogram = LatencyHistogram.of(values).merged([classic(pairs, beyond)])

    written = json.loads(json.dumps(histogram.to_json()))

    read = LatencyHistogram.from_json(written)
    assert equal(read, histogram)
    assert read.count == len(values) + sum(n for _, n in pairs) + beyond


@given(pairs=BUCKETS.filter(lambda pairs: sum(n for _, n in pairs) > 0), q=QUANTILES)
def test_inside_a_classic_bucket_a_percentile_is_a_straight_line(
    pairs: list[tuple[float, int]], q: float
) -> None:
    pairs = sorted(pairs)
    uppers = [bound for bound, _ in pairs]
    totals = np.cumsum([n for _, n in pairs])

    found = classic(pairs, 0).quantile(q)

    rank = q * totals[-1]
    place = int(np.searchsorted(totals, max(rank * (1 - 1e-9), 1e-9)))
    lower = uppers[place - 1] if place else 0.0
    below = totals[place - 1] if place else 0
    line = lower + (uppers[place] - lower) * (rank - below) / (totals[place] - below)
    assert found == pytest.approx(line, rel=1e-6, abs=1e-6)


@given(
    values=MANY,
    pairs=BUCKETS,
    beyond=st.integers(0, 9),
    one=QUANTILES,
    other=QUANTILES,
)
def test_a_higher_percentile_is_never_faster_whatever_is_mixed(
    values: list[float], pairs: list[tuple[float, int]], beyond: int, one: float, other: float
) -> None:
    mixed = LatencyHistogram.of(values).merged([classic(pairs, beyond), classic(pairs[:2], 1)])

    low, high = mixed.quantile(min(one, other)), mixed.quantile(max(one, other))

    assert low is not None
    assert high is not None
    assert low <= high * (1 + 1e-9) + 1e-9


@given(values=MANY, pairs=BUCKETS, q=st.floats(0.01, 1))
def test_the_share_within_a_percentile_is_at_least_that_percentile(
    values: list[float], pairs: list[tuple[float, int]], q: float
) -> None:
    mixed = LatencyHistogram.of(values).merged([classic(pairs, 0)])
    found = mixed.quantile(q)

    assert found is not None
    share = mixed.share_within(found * (1 + 1e-9) + 1e-9)
    assert share is not None
    assert share >= q - 1e-6


def test_numbers_worked_out_by_hand() -> None:
    # 50 below 10 ms, 30 in 10..50, 15 in 50..100, 5 beyond
    histogram = LatencyHistogram.of_buckets(BOUNDS, [50, 80, 95, 100])

    quantiles = [histogram.quantile(q) for q in (0, 0.25, 0.5, 0.65, 0.95, 0.99, 1)]
    assert quantiles == pytest.approx([0, 5, 10, 30, 100, 100, 100])
    within = [histogram.count_within(ms) for ms in (0, 10, 30, 75, 100, 1e9, math.inf)]
    assert within == [0, 50, 65, 87.5, 95, 95, 100]


def test_fine_cells_and_classic_buckets_answer_together() -> None:
    # ten requests at about 5 ms, ten spread over 0..10 ms: half of the latter lie below 5 ms
    mixed = LatencyHistogram.of([5.0] * 10).merged([LatencyHistogram.of_buckets([10], [10])])

    assert mixed.quantile(0.2) == pytest.approx(4)
    assert mixed.quantile(0.5) == pytest.approx(5, rel=0.01)
    assert mixed.quantile(0.9) == pytest.approx(8)


def test_overlapping_buckets_of_two_writers_add_up() -> None:
    one = LatencyHistogram.of_buckets([100], [100])
    other = LatencyHistogram.of_buckets([50, 200], [50, 200])

    merged = one.merged([other])

    assert merged.count_within(50) == 100
    assert merged.quantile(1 / 3) == pytest.approx(50)
    # between 50 and 100 ms: 1 a ms of the first, 1 a ms of the second
    assert merged.quantile(0.5) == pytest.approx(75)


def test_an_empty_histogram_has_no_percentile_and_no_share() -> None:
    empty = LatencyHistogram()

    assert (empty.count, empty.quantile(0.5), empty.share_within(1)) == (0, None, None)
    assert empty.count_within(1) == 0
    assert empty.to_json() == {}
    assert equal(LatencyHistogram.from_json({}), empty)


def test_a_gap_between_two_buckets_is_jumped() -> None:
    histogram = LatencyHistogram.of_buckets([10, 1_000, 1_010], [4, 4, 8])

    assert histogram.quantile(0.5) == pytest.approx(10)
    assert histogram.quantile(0.75) == pytest.approx(1_005)
