"""Runs of evaluations, and the gaps that end them."""

from datetime import datetime, timedelta

import pytest

from alerts.evaluation.watch import Watch, resume, tolerance
from tests.alerts.series_text import MINUTE, NOON

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (30 * SECOND, 5 * MINUTE),
        (100 * SECOND, 5 * MINUTE),
        (101 * SECOND, 303 * SECOND),
        (10 * MINUTE, 30 * MINUTE),
    ],
)
def test_three_intervals_are_tolerated_and_at_least_five_minutes(
    interval: timedelta, expected: timedelta
) -> None:
    assert tolerance(interval) == expected


def test_the_first_evaluation_begins_a_run() -> None:
    assert resume(None, None, at=NOON, interval=MINUTE) == Watch(since=NOON, previous=None)


@pytest.mark.parametrize("gap", [MINUTE, 5 * MINUTE])
def test_a_tolerated_gap_belongs_to_the_run(gap: timedelta) -> None:
    watch = resume(NOON, NOON + MINUTE, at=NOON + MINUTE + gap, interval=MINUTE)

    assert watch == Watch(since=NOON, previous=NOON + MINUTE)


def test_a_longer_gap_begins_a_new_run() -> None:
    at = NOON + MINUTE + 5 * MINUTE + SECOND

    watch = resume(NOON, NOON + MINUTE, at=at, interval=MINUTE)

    assert watch == Watch(since=at, previous=NOON + MINUTE)


def test_a_clock_set_back_moves_the_start_of_the_run_back() -> None:
    at = NOON - MINUTE

    assert resume(NOON, NOON + MINUTE, at=at, interval=MINUTE).since == at


@pytest.mark.parametrize(("since", "previous"), [(None, NOON - MINUTE), (NOON - 2 * MINUTE, None)])
def test_half_a_memory_is_none(since: None, previous: None) -> None:
    assert resume(since, previous, at=NOON, interval=MINUTE).since == NOON


@pytest.mark.parametrize(
    ("previous", "behind"),
    [(None, False), (NOON - SECOND, False), (NOON, True), (NOON + SECOND, True)],
)
def test_an_evaluation_is_behind_when_it_is_no_later_than_the_previous(
    previous: datetime | None, *, behind: bool
) -> None:
    assert Watch(NOON, previous).is_behind(NOON) is behind
