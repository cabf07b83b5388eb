"""The arithmetic of a budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.bucket import refilled, seconds_until_one

TOKENS = st.floats(0, 600)
SECONDS = st.floats(0, 86_400)
BUDGET = st.integers(1, 600)


@pytest.mark.parametrize(
    ("tokens", "seconds", "per_minute", "after"),
    [
        (0, 0, 30, 0),
        (0, 2, 30, 1),
        (0.5, 1, 30, 1),
        (29.5, 60, 30, 30),
        (0, 3_600, 30, 30),
        (3, -60, 30, 3),
        (40, 0, 30, 30),
    ],
)
def test_tokens_come_back_evenly_up_to_a_minutes_worth(
    tokens: float, seconds: float, per_minute: int, after: float
) -> None:
    assert refilled(tokens, seconds, per_minute) == pytest.approx(after)


@pytest.mark.parametrize(
    ("tokens", "per_minute", "seconds"),
    [(0, 30, 2), (0.5, 30, 1), (1, 30, 0), (7, 30, 0), (0, 1, 60), (0.25, 60, 0.75)],
)
def test_the_wait_is_for_a_whole_token(tokens: float, per_minute: int, seconds: float) -> None:
    assert seconds_until_one(tokens, per_minute) == pytest.approx(seconds)


@given(TOKENS, BUDGET)
def test_after_its_wait_there_is_a_token(tokens: float, per_minute: int) -> None:
    wait = seconds_until_one(tokens, per_minute)

    assert refilled(tokens, wait, per_minute) >= 1 - 1e-9


@given(TOKENS, SECONDS, SECONDS, BUDGET)
def test_it_does_not_matter_how_often_one_looks(
    tokens: float, first: float, second: float, per_minute: int
) -> None:
    at_once = refilled(tokens, first + second, per_minute)

    assert refilled(refilled(tokens, first, per_minute), second, per_minute) == pytest.approx(
        at_once
    )
