"""Small curves: every value lands in the box, time to the right, more is higher."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.console.sparkline import HEIGHT, WIDTH, sparkline


def test_a_curve_goes_from_corner_to_corner() -> None:
    line = sparkline([0, 50, 100], [0.0, 5.0, 10.0], start_ms=0, end_ms=100)

    assert line is not None
    assert line.points == "3,45 120,24 237,3"
    assert line.area == "3,45 3,45 120,24 237,3 237,45"
    assert (line.last_x, line.last_y) == (237.0, 3.0)


def test_a_curve_that_never_moves_from_zero_lies_on_the_ground() -> None:
    line = sparkline([0, 100], [0.0, 0.0], start_ms=0, end_ms=100)

    assert line is not None
    assert line.points == "3,45 237,45"


def test_a_constant_value_is_not_drawn_as_nothing() -> None:
    line = sparkline([0, 100], [7.0, 7.0], start_ms=0, end_ms=100)

    assert line is not None
    assert line.points == "3,3 237,3"


def test_negative_values_lie_below_zero() -> None:
    line = sparkline([0, 100], [-5.0, 5.0], start_ms=0, end_ms=100)

    assert line is not None
    assert line.points == "3,45 237,3"


def test_no_values_have_no_curve() -> None:
    assert sparkline([], [], start_ms=0, end_ms=100) is None


@pytest.mark.parametrize("end_ms", [0, -1])
def test_a_span_of_no_length_is_refused(end_ms: int) -> None:
    with pytest.raises(ValueError, match="longer than zero"):
        sparkline([0], [1.0], start_ms=0, end_ms=end_ms)


@given(
    st.lists(
        st.tuples(st.integers(-1_000, 2_000), st.floats(-1e12, 1e12, allow_nan=False)),
        min_size=1,
        max_size=50,
    )
)
def test_every_point_is_inside_the_box(samples: list[tuple[int, float]]) -> None:
    line = sparkline(
        [at for at, _ in samples], [value for _, value in samples], start_ms=0, end_ms=1_000
    )

    assert line is not None
    for point in line.points.split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
