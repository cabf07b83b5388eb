"""When a maintenance window is open: an iCalendar rule on the clock of a wall somewhere.

The rule is expanded in local time, so that a window at three stays at three when summer time begins or ends. A
time of day that a spring night leaves out is read with the offset from before the gap, and of one that an autumn
night has twice the first counts, as RFC 5545 (3.3.5) says; a window lasts its minutes in real time.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count, islice
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr

from alerts.routing.recurrence_rule import Frequency, RecurrenceRule, parse
from monitoring.errors import InvalidInputError

# More than fifty years of days: a row that was written by hand must not be expanded until the year 9999.
_MOST = 20_000
# So many units later the calendar has ended: what is left of a rule is the period in which it begins.
_BEYOND_THE_CALENDAR = {
    Frequency.DAILY: 3_000_000,
    Frequency.WEEKLY: 420_000,
    Frequency.MONTHLY: 100_000,
    Frequency.YEARLY: 8_000,
}
_UNITS = {
    Frequency.DAILY: "days",
    Frequency.WEEKLY: "weeks",
    Frequency.MONTHLY: "months",
    Frequency.YEARLY: "years",
}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One opening of a window, from `starts_at` until before `ends_at`."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Schedule:
    """A recurrence rule with its first begin; nothing begins after `expires_at`."""

    rule: str
    first_start: datetime
    duration_minutes: int
    time_zone: str
    expires_at: datetime

    @property
    def duration(self) -> timedelta:
        """Return how long each opening lasts, in real time."""
        return timedelta(minutes=self.duration_minutes)


def check(schedule: Schedule) -> None:
    """Raise InvalidInputError if the rule cannot be used, or does not name its own first begin.

    What a rule means whose first begin it does not name is left open by RFC 5545 (3.8.5.3); refusing it also
    makes sure that there is an occurrence to be found at all.
    """
    rule, begin = parse(schedule.rule), _wall_clock(schedule, schedule.first_start)
    alone = replace(rule, interval=_BEYOND_THE_CALENDAR[rule.frequency], count=None)
    if next(_expand(alone, begin), None) != begin:
        raise InvalidInputError(
            f"the first begin, {begin:%A %Y-%m-%d %H:%M} in {schedule.time_zone}, is none of the days of {rule}"
        )


def occurrences(schedule: Schedule, start: datetime, end: datetime) -> list[Occurrence]:
    """Return the openings of which some part lies between `start` and before `end`, in their order.

    Raises InvalidInputError if the rule cannot be used.
    """
    starts = _starts(schedule)
    first = bisect_left(starts, start - schedule.duration + timedelta.resolution)
    return [
        Occurrence(at, at + schedule.duration) for at in starts[first : bisect_left(starts, end)]
    ]


def open_at(schedule: Schedule, at: datetime) -> Occurrence | None:
    """Return the opening that holds at the instant, the latest of several that overlap; None if none does."""
    holding = occurrences(schedule, at, at + timedelta.resolution)
    return holding[-1] if holding else None


def upcoming(schedule: Schedule, at: datetime, *, most: int) -> list[Occurrence]:
    """Return the next openings, at most so many, the one that holds at the instant included."""
    starts = _starts(schedule)
    first = bisect_left(starts, at - schedule.duration + timedelta.resolution)
    return [Occurrence(start, start + schedule.duration) for start in starts[first : first + most]]


def rehearsed(schedule: Schedule, since: datetime, until: datetime) -> Schedule:
    """Return the schedule as if it had begun at `since` at the latest: whole periods earlier, with no end.

    It answers what a window that somebody plans would have done in the past.
    """
    rule, begin = parse(schedule.rule), _wall_clock(schedule, schedule.first_start)
    if schedule.first_start <= since:
        return schedule
    unit, zone = _UNITS[rule.frequency], ZoneInfo(schedule.time_zone)
    for step in count(1):
        earlier = begin - relativedelta(**{unit: rule.interval * step})  # type: ignore[arg-type]
        instant = earlier.replace(tzinfo=zone).astimezone(UTC)
        # Months differ in length: on the way from the 31st, those that have none are passed over.
        if instant <= since and (unit in {"days", "weeks"} or earlier.day == begin.day):
            break
    endless = replace(rule, count=None)
    return replace(schedule, rule=str(endless), first_start=instant, expires_at=until)


@lru_cache(maxsize=512)
def _starts(schedule: Schedule) -> tuple[datetime, ...]:
    """Return every begin, in UTC; the schedule is the key, so that a changed window is expanded anew."""
    begin = _wall_clock(schedule, schedule.first_start)
    zone, starts = ZoneInfo(schedule.time_zone), []
    for wall in islice(_expand(parse(schedule.rule), begin), _MOST):
        # The very first is known as an instant, even where the clock showed its time twice.
        at = wall.replace(tzinfo=zone).astimezone(UTC) if wall != begin else schedule.first_start
        if at > schedule.expires_at:
            break
        starts.append(at)
    return tuple(starts)


def _expand(rule: RecurrenceRule, begin: datetime) -> Iterator[datetime]:
    try:
        return iter(rrulestr(str(rule), dtstart=begin))
    except ValueError as error:
        raise InvalidInputError(f"not a recurrence rule: {error}") from None


def _wall_clock(schedule: Schedule, at: datetime) -> datetime:
    try:
        zone = ZoneInfo(schedule.time_zone)
    except (KeyError, ValueError):
        raise InvalidInputError(f"{schedule.time_zone!r} is no time zone") from None
    # Calendars know whole seconds only: a fraction would keep the first begin from being one of the rule.
    return at.astimezone(zone).replace(tzinfo=None, fold=0, microsecond=0)
