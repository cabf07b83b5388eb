"""Schedules of maintenance windows as tests write them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.routing.recurrence import (
    Schedule,
    occurrences,
)

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
TICK = timedelta.resolution
FOREVER = datetime(2027, 1, 1, tzinfo=UTC)


def wall(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def schedule(
    rule: str = "FREQ=DAILY",
    first: str = "2026-01-01 03:00",
    minutes: int = 60,
    zone: str = "UTC",
    expires_at: datetime = FOREVER,
) -> Schedule:
    return Schedule(rule, wall(first, zone), minutes, zone, expires_at)


def begins(of: Schedule, start: str, end: str, *, in_zone: str = "UTC") -> list[str]:
    found = occurrences(of, wall(start), wall(end))
    return [f"{each.starts_at.astimezone(ZoneInfo(in_zone)):%m-%d %H:%M}" for each in found]
