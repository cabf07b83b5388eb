"""Growth of counters by step: each belongs to the step in which it was seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.query.functions import increase
from monitoring.query.steps import over_time
from tests.monitoring.query.test_steps import GRID, NAN, Point, how, measured, stepped


@given(
    st.lists(
        st.tuples(st.integers(20, 79), st.integers(0, 50)),
        unique_by=lambda point: point[0],
        min_size=1,
    )
)
def test_the_increases_of_the_steps_add_up_to_that_of_the_range(points: list[Point]) -> None:
    points.sort()
    samples = measured(points)

    (row,) = over_time(samples, 1, GRID, how("increase"))

    assert np.nansum(row) == increase(samples.at_ms, samples.values)


@pytest.mark.parametrize(
    ("points", "grown"),
    [
        ([(15, 5), (25, 8), (35, 10)], [3, 2]),
        ([(25, 8), (35, 10)], [NAN, 2]),
        ([(15, 5), (25, 8), (29, 9), (35, 9)], [4, 0]),
        ([(15, 5), (25, 2), (35, 4)], [2, 2]),
        ([(15, 5), (35, 9)], [NAN, 4]),
        ([(15, 5)], [NAN, NAN]),
        ([], [NAN, NAN]),
    ],
)
def test_growth_belongs_to_the_step_in_which_it_was_seen(
    points: list[Point], grown: list[float]
) -> None:
    (row,) = stepped("increase", points)

    assert row[:2] == pytest.approx(grown, nan_ok=True)


@pytest.mark.parametrize(
    ("points", "rates"),
    [
        ([(15, 5), (25, 8), (35, 10)], [300, 200]),
        ([(15, 5), (20, 8), (35, 11)], [600, 200]),
        ([(10, 5), (25, 8), (29, 14)], [9_000 / 19, NAN]),
    ],
)
def test_a_rate_is_growth_over_the_seconds_it_took(points: list[Point], rates: list[float]) -> None:
    (row,) = stepped("rate", points)

    assert row[:2] == pytest.approx(rates, nan_ok=True)


def test_one_series_does_not_grow_from_the_last_sample_of_another() -> None:
    assert stepped("increase", [(21, 5.0)], [(22, 9.0), (31, 10.0)])[1][:2] == pytest.approx(
        [NAN, 1.0], nan_ok=True
    )


def test_the_increase_of_a_group_is_the_sum_of_its_series() -> None:
    samples = measured([(21, 5.0), (25, 8.0)], [(22, 1.0), (26, 2.0)])

    answer = over_time(samples, 1, GRID, how("increase"), groups=np.zeros(2, np.int64))

    assert answer[0, 0] == 4.0
