"""Slots: the start of the period that an instant falls into."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.slots import slot_of

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "period", "slot"),
    [
        (NOON, timedelta(minutes=1), NOON),
        (NOON + timedelta(seconds=59.999), timedelta(minutes=1), NOON),
        (NOON + timedelta(seconds=60), timedelta(minutes=1), NOON + timedelta(minutes=1)),
        (NOON + timedelta(seconds=31), timedelta(seconds=30), NOON + timedelta(seconds=30)),
        (NOON + timedelta(hours=3), timedelta(days=1), NOON - timedelta(hours=12)),
    ],
)
def test_a_slot_starts_its_period(at: datetime, period: timedelta, slot: datetime) -> None:
    assert slot_of(at, period) == slot


@pytest.mark.parametrize("period", [timedelta(0), timedelta(seconds=-1)])
def test_a_period_of_no_length_is_refused(period: timedelta) -> None:
    with pytest.raises(ValueError, match="longer than zero"):
        slot_of(NOON, period)


@given(
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    seconds=st.integers(1, 86_400),
)
def test_an_instant_lies_in_its_slot_and_the_slot_in_itself(at: datetime, seconds: int) -> None:
    period = timedelta(seconds=seconds)
    slot = slot_of(at, period)

    assert slot <= at < slot + period
    assert slot_of(slot, period) == slot
