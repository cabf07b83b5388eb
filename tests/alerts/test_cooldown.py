"""When people are told of a series that fires again."""

from datetime import datetime, timedelta

import pytest

from alerts.evaluation.cooldown import notify_at
from tests.alerts.series_text import MINUTE, NOON


def test_the_first_firing_is_told_at_once() -> None:
    assert notify_at(NOON, None, timedelta(hours=1)) == NOON


@pytest.mark.parametrize(
    ("last_notice", "expected"),
    [
        (NOON - 11 * MINUTE, NOON),
        (NOON - 10 * MINUTE, NOON),
        (NOON - 9 * MINUTE, NOON + MINUTE),
        (NOON, NOON + 10 * MINUTE),
    ],
)
def test_a_firing_within_the_cooldown_is_put_off_to_its_end(
    last_notice: datetime, expected: datetime
) -> None:
    assert notify_at(NOON, last_notice, 10 * MINUTE) == expected


def test_without_a_cooldown_every_firing_is_told_at_once() -> None:
    assert notify_at(NOON, NOON, timedelta()) == NOON
