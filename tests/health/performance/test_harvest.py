"""Growth of pushed counters against hand calculations."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.performance.harvest import GrownSeries, Growth, growth_of, parts_of_growth
from health.performance.parts import Place
from tests.health.performance.test_parts import NOON

WIDTH_MS = 300_000
NOON_MS = int(NOON.timestamp()) * 1_000


def growth(
    values: list[float], before: float | None = 0.0, step_ms: int = 60_000, start_ms: int = 0
) -> Growth:
    at_ms = start_ms + step_ms * np.arange(len(values), dtype=np.int64)
    return growth_of(at_ms, np.array(values, np.float64), before=before, width_ms=WIDTH_MS)


def test_growth_belongs_to_the_span_in_which_it_was_seen() -> None:
    # minutes 0..4 lie in the first five minutes, 5 and 6 in the second
    assert growth([1, 1, 2, 4, 4, 9, 10]) == {0: 4, WIDTH_MS: 6}


def test_a_fall_is_a_restart_from_zero() -> None:
    assert growth([10, 12, 3, 5]) == {0: 17}
    assert growth([3], before=10.0) == {0: 3}


def test_a_restart_at_zero_adds_nothing_and_an_equal_value_adds_nothing() -> None:
    assert growth([10, 0, 0, 1]) == {0: 11}
    assert growth([10], before=10.0) == {0: 0}


def test_without_a_value_before_the_first_sample_is_where_counting_begins() -> None:
    assert growth([100, 103, 104], before=None) == {0: 4}
    assert growth([100], before=None) == {}


@given(
    steps=st.lists(st.integers(0, 50), min_size=1, max_size=40),
    cut=st.integers(0, 40),
)
def test_reading_in_two_goes_counts_the_same(steps: list[int], cut: int) -> None:
    values = np.cumsum(steps).astype(np.float64)
    cut = min(cut, len(values))
    whole = growth(values.tolist())

    first = growth(values[:cut].tolist())
    before = float(values[cut - 1]) if cut else 0.0
    rest = growth(values[cut:].tolist(), before=before, start_ms=cut * 60_000)

    assert {
        start: first.get(start, 0) + rest.get(start, 0) for start in first.keys() | rest.keys()
    } == whole
    assert sum(whole.values()) == values[-1]


def histogram(growths: dict[str, float], total_ms: float = 0.0, **labels: str) -> list[GrownSeries]:
    usual = {"route": "/pay", "method": "POST", "status_code": "200"} | labels
    buckets = [
        GrownSeries("payment-service", usual | {"le": bound}, {NOON_MS: grown})
        for bound, grown in growths.items()
    ]
    return [*buckets, GrownSeries("payment-service", usual, {NOON_MS: total_ms})]


def test_a_histogram_becomes_a_part() -> None:
    series = histogram({"500": 6, "100": 4, "2000": 9, "+Inf": 10}, total_ms=7_700)

    parts = parts_of_growth(series, threshold_ms=500)

    (place,) = parts
    part = parts[place]
    assert place == Place("payment-service", "/pay", "POST", NOON)
    assert (part.requests, part.satisfied, part.tolerating) == (10, 6, 3)
    assert (part.client_errors, part.server_errors) == (0, 0)
    assert (part.total_ms, part.slowest_ms) == (7_700, 2_000)
    assert part.latency.to_json()["buckets"] == [
        [0.0, 100.0, 4],
        [100.0, 500.0, 2],
        [500.0, 2_000.0, 3],
        [2_000.0, None, 1],
    ]


def test_a_bucket_that_did_not_grow_says_where_the_next_one_begins() -> None:
    (part,) = parts_of_growth(histogram({"100": 0, "500": 3, "+Inf": 3}), threshold_ms=500).values()

    assert part.latency.to_json()["buckets"] == [[100.0, 500.0, 3]]


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        ("200", (0, 0, 4, 1)),
        ("399", (0, 0, 4, 1)),
        ("400", (6, 0, 4, 1)),
        ("499", (6, 0, 4, 1)),
        ("500", (0, 6, 0, 0)),
        ("599", (0, 6, 0, 0)),
        ("5xx", (0, 0, 4, 1)),
        ("", (0, 0, 4, 1)),
        ("5000", (0, 0, 4, 1)),
    ],
)
def test_the_status_says_whose_error_it_was(
    status: str, counted: tuple[int, int, int, int]
) -> None:
    series = histogram({"500": 4, "2000": 5, "+Inf": 6}, status_code=status)

    (part,) = parts_of_growth(series, threshold_ms=500).values()

    errors = (part.client_errors, part.server_errors)
    assert (*errors, part.satisfied, part.tolerating) == counted


def test_statuses_and_processes_of_one_endpoint_add_up() -> None:
    series = [
        *histogram({"500": 5, "+Inf": 5}),
        *histogram({"500": 1, "+Inf": 2}, status_code="500"),
        *histogram({"250": 3, "+Inf": 3}, instance="b"),  # another process, with buckets of its own
    ]

    (part,) = parts_of_growth(series, threshold_ms=500).values()

    assert (part.requests, part.server_errors) == (10, 2)
    assert part.latency.count == 10


def test_a_bucket_that_lags_behind_a_narrower_one_is_lifted_to_it() -> None:
    (part,) = parts_of_growth(histogram({"100": 4, "500": 3, "+Inf": 4}), threshold_ms=500).values()

    assert part.requests == 4
    assert part.latency.to_json()["buckets"] == [[0.0, 100.0, 4]]


def test_labels_that_are_missing_have_names_of_their_own() -> None:
    series = histogram({"+Inf": 1}, route="", method="SUBSCRIBE")

    (place,) = parts_of_growth(series, threshold_ms=500)

    assert (place.endpoint, place.method) == ("unmatched", "OTHER")


def test_what_did_not_grow_is_no_part() -> None:
    assert parts_of_growth(histogram({"100": 0.2, "+Inf": 0.4}), threshold_ms=500) == {}
    assert parts_of_growth([], threshold_ms=500) == {}


def test_spans_are_kept_apart() -> None:
    later = NOON_MS + WIDTH_MS
    labels = {"route": "/pay", "method": "GET", "status_code": "200", "le": "+Inf"}
    series = [GrownSeries("payment-service", labels, {NOON_MS: 2.0, later: 3.0})]

    parts = parts_of_growth(series, threshold_ms=500)

    assert {place.starts_at: part.requests for place, part in parts.items()} == {
        NOON: 2,
        NOON + timedelta(minutes=5): 3,
    }


def test_what_the_counters_do_not_say_adds_no_time() -> None:
    """One bucket without end and no sum: that there were requests is all that is known."""
    labels = {"route": "/pay", "method": "GET", "status_code": "200", "le": "+Inf"}
    series = [GrownSeries("payment-service", labels, {NOON_MS: 2.0})]

    (part,) = parts_of_growth(series, threshold_ms=500).values()

    assert (part.requests, part.total_ms, part.slowest_ms) == (2, 0.0, 0.0)
