"""When a message is tried again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.backoff import asked_wait_seconds, backoff_seconds, is_given_up

DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("postponements", "seconds"),
    [(1, 1), (2, 2), (3, 4), (4, 8), (8, 128), (9, 256), (10, 300), (11, 300), (5_000, 300)],
)
def test_the_wait_doubles_up_to_five_minutes(postponements: int, seconds: float) -> None:
    assert backoff_seconds(postponements, 0.0) == seconds


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_jitter_takes_away_a_fifth_at_most(postponements: int, jitter: float) -> None:
    longest = backoff_seconds(postponements, 0.0)

    assert 0.8 * longest <= backoff_seconds(postponements, jitter) <= longest


def test_jitter_matters() -> None:
    assert backoff_seconds(5, 0.5) == pytest.approx(14.4)


@pytest.mark.parametrize("postponements", [0, -1])
def test_nothing_waits_before_it_failed(postponements: int) -> None:
    with pytest.raises(ValueError, match="before the first failure"):
        backoff_seconds(postponements, 0.0)


@pytest.mark.parametrize(
    ("asked", "granted"),
    [(-5, 1), (0, 1), (0.99, 1), (1, 1), (30, 30), (600, 600), (600.1, 600), (86_400, 600)],
)
def test_a_wait_that_was_asked_for_is_kept_within_reason(asked: float, granted: float) -> None:
    assert asked_wait_seconds(asked) == granted


@pytest.mark.parametrize(
    ("trying_for", "asked_seconds", "given_up"),
    [
        (timedelta(0), 0, False),
        (DAY - timedelta(seconds=1), 0, False),
        (DAY, 0, True),
        (DAY, 1, False),
        (DAY + timedelta(seconds=1), 1, True),
        (2 * DAY - timedelta(seconds=1), DAY.total_seconds(), False),
        (2 * DAY, DAY.total_seconds(), True),
        (2 * DAY, 10 * DAY.total_seconds(), True),
    ],
)
def test_the_budget_leaves_out_what_was_asked_for_but_not_for_ever(
    trying_for: timedelta, asked_seconds: float, *, given_up: bool
) -> None:
    assert is_given_up(trying_for, asked_seconds, DAY) is given_up
