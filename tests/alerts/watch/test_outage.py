"""When the watchdog tells of an outage, whom again, and what it remembers: pure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.watch.outage import Address, Outage, Told

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PATIENCE = 30 * SECOND
MAIL = Address("email", "ops@example.org")
PAGER = Address("pagerduty", "default")


@pytest.fixture
def outage() -> Outage:
    return Outage.beginning(at=NOON, reason="connection refused")


def test_a_restart_of_the_database_wakes_nobody(outage: Outage) -> None:
    assert outage.to_tell([MAIL], at=NOON + PATIENCE - SECOND, patience=PATIENCE) == []


def test_everybody_is_told_once_the_patience_is_over(outage: Outage) -> None:
    assert outage.to_tell([MAIL, PAGER, MAIL], at=NOON + PATIENCE, patience=PATIENCE) == [
        MAIL,
        PAGER,
    ]


def test_who_was_reached_is_not_told_again(outage: Outage) -> None:
    told = outage.after_try(MAIL, reached=True, at=NOON + PATIENCE)

    assert told.to_tell([MAIL, PAGER], at=NOON + timedelta(days=1), patience=PATIENCE) == [PAGER]
    assert told.reached() == [MAIL]


def test_who_was_not_reached_is_tried_again_after_waits_that_double(outage: Outage) -> None:
    at, waits = NOON + PATIENCE, []
    for _ in range(8):
        outage = outage.after_try(MAIL, reached=False, at=at)
        wait = next(
            n * SECOND
            for n in range(1, 400)
            if outage.to_tell([MAIL], at=at + n * SECOND, patience=PATIENCE)
        )
        waits.append(wait)
        at += wait

    assert waits == [number * SECOND for number in (10, 20, 40, 80, 160, 300, 300, 300)]
    assert outage.reached() == []


def test_a_late_success_counts(outage: Outage) -> None:
    outage = outage.after_try(MAIL, reached=False, at=NOON).after_try(MAIL, reached=True, at=NOON)

    assert outage.reached() == [MAIL]
    assert outage.told == {MAIL: Told(tries=2, next_try=None, reached=True)}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([MAIL, PAGER, Address("webhook", "https://ops.example/ü?a=1|b")]),
            st.booleans(),
            st.integers(0, 86_400),
        ),
        max_size=12,
    )
)
def test_what_is_written_down_is_read_back(tries: list[tuple[Address, bool, int]]) -> None:
    outage = Outage.beginning(at=NOON, reason="timeout")
    for address, reached, seconds in tries:
        outage = outage.after_try(address, reached=reached, at=NOON + seconds * SECOND)

    assert Outage.of_json(outage.as_json()) == outage
