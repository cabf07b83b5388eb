"""How long a breach has to be seen, by a table."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation.hold import hold_of


@pytest.mark.parametrize(
    ("duration", "hold"),
    [(0, 0), (1, 0.9), (5, 4.5), (10, 9), (20, 19), (60, 59), (300, 299), (86_400, 86_399)],
)
def test_a_hold_is_a_second_or_a_tenth_shorter_than_the_duration(
    duration: float, hold: float
) -> None:
    assert hold_of(timedelta(seconds=duration)) == timedelta(seconds=hold)


@given(seconds=st.integers(1, 604_800))
def test_a_breach_that_must_last_never_fires_at_once(seconds: int) -> None:
    duration = timedelta(seconds=seconds)

    assert timedelta(0) < hold_of(duration) < duration
