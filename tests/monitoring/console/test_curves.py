"""The service's figures minute by minute."""

import math

import numpy as np
import pytest

from monitoring.console.curves import (
    Window,
    added_each_minute,
    mean_each_minute,
    quantile,
    quantile_each_minute,
)
from monitoring.query.range import SeriesSamples
from monitoring.types import MetricType, SeriesRef

MINUTE = 60_000
END = 1_772_452_800_000
WINDOW = Window(END, 3)


def samples(*minutes_and_values: tuple[float, float], le: str | None = None) -> SeriesSamples:
    """Values by their distance in minutes from the start of the window."""
    labels = {} if le is None else {"le": le}
    at_ms = [WINDOW.start_ms + round(minute * MINUTE) for minute, _ in minutes_and_values]
    return SeriesSamples(
        SeriesRef(1, "m", "s", MetricType.COUNTER, labels),
        np.array(at_ms, dtype=np.int64),
        np.array([value for _, value in minutes_and_values], dtype=np.float64),
    )


def test_the_window_is_the_whole_minutes_before_its_end() -> None:
    assert WINDOW.start_ms == END - 3 * MINUTE
    assert WINDOW.middles_ms().tolist() == [END - 150_000, END - 90_000, END - 30_000]


def test_growth_belongs_to_the_minute_in_which_it_was_seen() -> None:
    totals = samples((-0.5, 10.0), (0.0, 12.0), (0.5, 13.0), (1.0, 20.0), (2.9, 20.0))

    assert added_each_minute([totals], WINDOW).tolist() == [3.0, 7.0, 0.0]


def test_growth_of_several_series_is_added() -> None:
    one, other = samples((-1, 0.0), (0.5, 5.0)), samples((-1, 0.0), (0.6, 7.0))

    assert added_each_minute([one, other], WINDOW).tolist() == [12.0, 0.0, 0.0]


def test_a_total_that_falls_has_started_again() -> None:
    assert added_each_minute([samples((0.1, 100.0), (1.5, 4.0))], WINDOW).tolist() == [
        0.0,
        4.0,
        0.0,
    ]


def test_growth_after_the_end_is_not_counted() -> None:
    assert added_each_minute([samples((2.5, 1.0), (3.0, 9.0))], WINDOW).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("found", [[], [samples()], [samples((1, 5.0))]])
def test_without_two_samples_nothing_grew(found: list[SeriesSamples]) -> None:
    assert added_each_minute(found, WINDOW).tolist() == [0.0, 0.0, 0.0]


def test_the_mean_of_a_minute_is_over_all_its_samples() -> None:
    found = [samples((0.1, 10.0), (0.9, 20.0), (2.0, 7.0)), samples((0.5, 60.0), (-0.1, 1.0))]

    first, second, third = mean_each_minute(found, WINDOW)

    assert (first, third) == (30.0, 7.0)
    assert math.isnan(second)


@pytest.mark.parametrize(
    ("counts", "share", "value"),
    [
        ([0.0, 10.0, 10.0], 0.5, 55.0),
        ([10.0, 10.0, 10.0], 0.5, 5.0),
        ([10.0, 20.0, 20.0], 0.5, 10.0),
        ([5.0, 10.0, 20.0], 0.95, 100.0),
        ([0.0, 4.0, 4.0], 1.0, 100.0),
        ([3.0, 4.0, 4.0], 0.0, 0.0),
    ],
)
def test_a_quantile_lies_linearly_inside_its_bucket(
    counts: list[float], share: float, value: float
) -> None:
    assert quantile([10.0, 100.0, math.inf], counts, share) == pytest.approx(value)


@pytest.mark.parametrize("counts", [[], [0.0, 0.0, 0.0]])
def test_without_observations_there_is_no_quantile(counts: list[float]) -> None:
    assert math.isnan(quantile([10.0, 100.0, math.inf][: len(counts)], counts, 0.5))


def test_the_quantile_of_a_minute_takes_all_label_sets_together() -> None:
    found = [
        samples((-1, 0.0), (0.5, 9.0), le="10"),
        samples((-1, 0.0), (0.5, 9.0), le="+Inf"),
        samples((-1, 0.0), (0.5, 0.0), le="10"),
        samples((-1, 0.0), (0.5, 1.0), le="+Inf"),
    ]

    first, second, third = quantile_each_minute(found, 0.9, WINDOW)

    assert first == pytest.approx(10.0)
    assert math.isnan(second)
    assert math.isnan(third)
