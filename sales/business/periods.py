"""When today, this week and this month begin where the business is. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_STEPS = (timedelta(hours=1), timedelta(minutes=15), timedelta(minutes=5), timedelta(minutes=1))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Period(StrEnum):
    """A span of time that ends now."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    LAST_30_DAYS = "last_30_days"
    LAST_24_HOURS = "last_24_hours"
    NOW = "now"


def starts_at(at: datetime, zone: ZoneInfo) -> Mapping[Period, datetime]:
    """Return in UTC when each period that `at` lies in began; a week begins on Monday (ISO 8601).

    Days are those of the calendar in `zone`, so one has 23 or 25 hours where clocks change. The last 30 days are
    today and the 29 before it. The last 24 hours begin at the full hour, as far back as that.
    """
    today = at.astimezone(zone).date()
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return {
        Period.TODAY: _midnight(today, zone),
        Period.WEEK: _midnight(today - timedelta(days=today.weekday()), zone),
        Period.MONTH: _midnight(today.replace(day=1), zone),
        Period.LAST_30_DAYS: _midnight(today - timedelta(days=29), zone),
        Period.LAST_24_HOURS: hour - timedelta(hours=24),
        Period.NOW: at,
    }


def step_for(starts: Iterable[datetime]) -> timedelta:
    """Return the widest step, of those that roll-ups have, at whose multiples since 1970 all the instants lie."""
    instants = list(starts)
    for step in _STEPS:
        if all((start - _EPOCH) % step == timedelta(0) for start in instants):
            return step
    return timedelta(seconds=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
