"""Increments become running totals that never fall."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.ingest.accumulation import Newest, Pushed, accumulate, is_increment
from monitoring.types import Sample, Temporality
from tests.monitoring.factories import counter, gauge, observation

LATEST_MS = 1_000


def stored(
    pushed: list[Pushed], newest: dict[int, Newest], latest_ms: int = LATEST_MS
) -> list[tuple[int, int, float]]:
    batch = accumulate(pushed, newest, latest_ms=latest_ms)
    columns = batch.series.tolist(), batch.at_ms.tolist(), batch.values.tolist()
    return list(zip(*columns, strict=True))


def add(at_ms: int, by: float, series: int = 1) -> Pushed:
    return Pushed(series, at_ms, by, is_increment=True)


def put(at_ms: int, value: float, series: int = 1) -> Pushed:
    return Pushed(series, at_ms, value, is_increment=False)


@pytest.mark.parametrize(
    "sample", [counter(), observation(5, metric="x_sum"), observation(5, le="10")]
)
def test_counters_and_parts_of_histograms_are_added_up(sample: Sample) -> None:
    assert is_increment(sample)


@pytest.mark.parametrize(
    "sample",
    [
        gauge(),
        observation(5),
        counter(temporality=Temporality.CUMULATIVE),
        observation(5, metric="x_sum", temporality=Temporality.CUMULATIVE),
    ],
)
def test_everything_else_is_stored_as_it_is(sample: Sample) -> None:
    assert not is_increment(sample)


def test_increments_add_up_from_what_is_stored() -> None:
    newest = {1: Newest(10, 100.0)}

    assert stored([add(20, 1), add(30, 2)], newest) == [(1, 20, 101.0), (1, 30, 103.0)]
    assert newest == {1: Newest(30, 103.0)}


def test_increments_count_in_the_order_of_their_instants() -> None:
    newest = {1: Newest(0, 0.0)}

    assert stored([add(30, 2), add(20, 1)], newest) == [(1, 20, 1.0), (1, 30, 3.0)]


def test_increments_of_one_instant_are_one_sample() -> None:
    newest = {1: Newest(0, 0.0)}

    assert stored([add(20, 1), add(20, 1), add(20, 1)], newest) == [(1, 20, 3.0)]


def test_a_late_increment_is_stored_where_it_was_counted() -> None:
    newest = {1: Newest(50, 7.0)}

    assert stored([add(20, 1)], newest) == [(1, 50, 8.0)]
    assert newest == {1: Newest(50, 8.0)}


def test_no_increment_is_stored_beyond_what_may_be_received() -> None:
    newest = {1: Newest(LATEST_MS + 50, 7.0)}

    assert stored([add(20, 1)], newest) == [(1, LATEST_MS, 8.0)]
    assert newest == {1: Newest(LATEST_MS + 50, 8.0)}


def test_a_plain_value_replaces_the_newest_only_if_it_is_not_older() -> None:
    newest = {1: Newest(50, 7.0)}

    assert stored([put(49, 1)], newest) == [(1, 49, 1.0)]
    assert newest == {1: Newest(50, 7.0)}
    assert stored([put(50, 2)], newest) == [(1, 50, 2.0)]
    assert newest == {1: Newest(50, 2.0)}


def test_of_two_plain_values_for_one_instant_the_later_in_the_batch_stays() -> None:
    newest = {1: Newest(0, 0.0)}

    assert stored([put(50, 2), put(50, 1)], newest) == [(1, 50, 1.0)]
    assert newest == {1: Newest(50, 1.0)}


def test_an_increment_after_a_total_adds_to_the_total() -> None:
    newest = {1: Newest(0, 0.0)}

    assert stored([add(30, 1), put(20, 100)], newest) == [(1, 20, 100.0), (1, 30, 101.0)]


def test_a_late_increment_among_totals_leaves_the_order_of_time() -> None:
    newest = {1: Newest(50, 7.0)}

    assert stored([add(20, 1), put(30, 5)], newest) == [(1, 30, 5.0), (1, 50, 8.0)]


def test_series_are_counted_apart() -> None:
    newest = {1: Newest(0, 0.0), 2: Newest(0, 10.0)}

    pushed = [add(5, 1, series=2), add(5, 1, series=1)]

    assert stored(pushed, newest) == [(1, 5, 1.0), (2, 5, 11.0)]


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 900), st.floats(0, 1e18)), min_size=1, max_size=9))
)
def test_a_curve_of_increments_never_falls_and_ends_at_the_newest(
    batches: list[list[tuple[int, float]]],
) -> None:
    newest = {1: Newest(0, 0.0)}
    curve: dict[int, float] = {}

    for batch in batches:
        rows = stored([add(at_ms, by) for at_ms, by in batch], newest)
        curve |= {at_ms: value for _, at_ms, value in rows}

    values = [value for _, value in sorted(curve.items())]
    assert values == sorted(values)
    assert not values or values[-1] == newest[1].value


@given(st.lists(st.integers(0, 10**6), min_size=1))
def test_whole_increments_lose_nothing(increments: list[int]) -> None:
    newest = {1: Newest(0, 0.0)}

    accumulate([add(n, by) for n, by in enumerate(increments)], newest, latest_ms=10**9)

    assert newest[1].value == sum(increments)


def test_totals_of_tenths_never_fall_by_rounding() -> None:
    newest = {1: Newest(0, 0.0)}
    totals = [
        value
        for start in range(3)
        for _, _, value in stored([add(start * 100 + n, 0.1) for n in range(100)], newest)
    ]

    assert totals == sorted(totals)
    assert math.isclose(totals[-1], 30.0)
