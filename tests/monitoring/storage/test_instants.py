"""Milliseconds are exact."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.storage.instants import EPOCH, from_ms, to_ms


@pytest.mark.parametrize(
    ("at", "at_ms"),
    [
        (EPOCH, 0),
        (EPOCH - timedelta(microseconds=1), -1),
        (EPOCH + timedelta(microseconds=999), 0),
        (EPOCH + timedelta(microseconds=1_000), 1),
        (datetime(2025, 1, 12, 12, 0, 0, 1_001, UTC), 1_736_683_200_001),
        (datetime(2025, 1, 12, 14, 0, tzinfo=timezone(timedelta(hours=2))), 1_736_683_200_000),
    ],
)
def test_an_instant_becomes_the_millisecond_it_falls_into(at: datetime, at_ms: int) -> None:
    assert to_ms(at) == at_ms


@given(st.integers(to_ms(datetime(1, 1, 1, tzinfo=UTC)), to_ms(datetime(9999, 1, 1, tzinfo=UTC))))
def test_a_millisecond_survives_the_way_there_and_back(at_ms: int) -> None:
    assert to_ms(from_ms(at_ms)) == at_ms


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        to_ms(datetime(2025, 1, 12))  # noqa: DTZ001 - the point of the test
