"""A day to roll up, and what became of it."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from monitoring.storage import rollups
from monitoring.storage.instants import to_ms
from monitoring.storage.rollups import RolledUp, RollupReport, read, roll_up

DAY = date(2025, 1, 12)
MIDNIGHT = datetime(2025, 1, 12, tzinfo=UTC)
MORNING = MIDNIGHT + timedelta(
    days=1, minutes=20
)  # the first instant at which the day is rolled up
MINUTE = timedelta(minutes=1)
FIVE = timedelta(minutes=5)
HOUR = timedelta(hours=1)
BUDGET = timedelta(seconds=60)


def minutes(*values: float, start: datetime = MIDNIGHT) -> dict[datetime, float]:
    """Return a value for each minute."""
    return {start + number * MINUTE: value for number, value in enumerate(values)}


def found(width: timedelta = FIVE, *ids: int, last_day: date = DAY) -> RolledUp:
    return read(np.array(ids or [1], np.int32), width=width, first_day=DAY, last_day=last_day)


def table_of(rolled_up: RolledUp) -> list[tuple[Any, ...]]:
    """Return start (minutes after midnight), count, sum, min, max and last of each bucket."""
    part = rolled_up.buckets
    starts = (part.start_ms - to_ms(MIDNIGHT)) // 60_000
    columns = (starts, part.count, part.sum, part.min, part.max, part.last)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def run(at: datetime = MORNING, budget: timedelta = BUDGET) -> RollupReport:
    return roll_up(at=at, budget=budget)


def set_clock(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    """Let a run see these instants: one at its start, one before each batch."""
    clock = iter(seconds)
    monkeypatch.setattr(rollups, "time", SimpleNamespace(monotonic=lambda: next(clock)))
