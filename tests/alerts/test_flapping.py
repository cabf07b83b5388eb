"""When a series flaps."""

from datetime import timedelta

import pytest

from alerts.evaluation.flapping import is_flapping
from tests.alerts.series_text import MINUTE, NOON

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("earlier", "firings", "flapping"),
    [
        (0, 2, False),
        (1, 2, True),
        (3, 5, False),
        (4, 5, True),
        (9, 5, True),
        (0, 1, True),
        (100, 0, False),
    ],
)
def test_the_firing_itself_counts_and_zero_means_never(
    earlier: int, firings: int, *, flapping: bool
) -> None:
    fired = [NOON - (number + 1) * SECOND for number in range(earlier)]

    assert is_flapping(fired, NOON, firings=firings, window=HOUR) is flapping


@pytest.mark.parametrize(
    ("before", "flapping"),
    [(HOUR, False), (HOUR - SECOND, True), (timedelta(), False), (-MINUTE, False)],
)
def test_only_firings_within_the_window_and_before_count(
    before: timedelta, *, flapping: bool
) -> None:
    assert is_flapping([NOON - before], NOON, firings=2, window=HOUR) is flapping
