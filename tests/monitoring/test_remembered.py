"""A remembered value: the newest is there for those who have nothing better to show."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.remembered import Remembered

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEEP = timedelta(seconds=2)


def test_nothing_is_remembered_before_the_first_value() -> None:
    assert Remembered(lambda at: at).last() is None


def test_the_newest_value_stays_when_the_next_one_cannot_be_made() -> None:
    def make(at: datetime) -> str:
        if at > NOON:
            raise ConnectionError
        return "noon"

    remembered = Remembered(make)
    remembered.get(at=NOON, keep=KEEP)
    with pytest.raises(ConnectionError):
        remembered.get(at=NOON + KEEP, keep=KEEP)

    assert remembered.last() == (NOON, "noon")


def test_a_cleared_value_is_not_remembered() -> None:
    remembered = Remembered(lambda at: at)
    remembered.get(at=NOON, keep=KEEP)

    remembered.clear()

    assert remembered.last() is None
