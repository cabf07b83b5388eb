"""Whose turn it is: people in order, whole weeks by the clock on a wall, and who stands in for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

_DAYS = 7


@dataclass(frozen=True, slots=True)
class Rotation:
    """People take turns of a week each, in their order, over and over, also before `first_week`.

    A handoff is at `handoff_time` on `handoff_weekday` (0 is Monday) in `zone`. A time that the clocks skip
    there is taken as if they had not; of a time that comes twice the first one counts.
    """

    people: Sequence[str]
    zone: str
    handoff_weekday: int
    handoff_time: time
    first_week: date
    """Any day of the week in which the first one has the turn."""

    @property
    def first_day(self) -> date:
        """The day on which the turn of the first one begins."""
        return self.first_week - timedelta(
            days=(self.first_week.weekday() - self.handoff_weekday) % _DAYS
        )

    def handoff(self, week: int) -> datetime:
        """Return the instant, in UTC, at which a week begins; week 0 is that of the first one."""
        day = self.first_day + timedelta(days=_DAYS * week)
        return datetime.combine(day, self.handoff_time, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def week_of(self, at: datetime) -> int:
        """Return the number of the week that `at` lies in; the instant of a handoff begins a week."""
        local = at.astimezone(ZoneInfo(self.zone)).date()
        # One more than the calendar says: where clocks go back over midnight, the day before comes again.
        week = (local - self.first_day).days // _DAYS + 1
        while self.handoff(week) > at:
            week -= 1
        return week

    def person_of(self, week: int) -> str | None:
        """Return who has the turn in a week; None only in a rotation without people."""
        return self.people[week % len(self.people)] if self.people else None


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody stands in from `starts_at` until just before `ends_at`."""

    person: str
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        """Tell whether it holds at an instant."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's time from `starts_at` until just before `ends_at`."""

    person: str | None
    starts_at: datetime
    ends_at: datetime
    stands_in: bool
    """By an override, and not by turn."""


def on_call(rotation: Rotation, overrides: Sequence[Override], at: datetime) -> str | None:
    """Return who is on call at an instant: exactly one person, None only in a rotation without people.

    Of overrides that hold at once the last one of the sequence counts.
    """
    return _at(rotation, overrides, at)[0]


def shifts(
    rotation: Rotation, overrides: Sequence[Override], start: datetime, end: datetime
) -> list[Shift]:
    """Return who is on call from `start` until `end`, in order, without gap and overlap.

    A new shift begins where the person changes, a week begins, or an override begins or ends.
    """
    marks = sorted({start, *_changes(rotation, overrides, start, end), end})
    found: list[Shift] = []
    for begin, stop in pairwise(marks):
        person, stands_in = _at(rotation, overrides, begin)
        before = found[-1] if found else None
        if before and stands_in and (before.person, before.stands_in) == (person, True):
            found[-1] = Shift(person, before.starts_at, stop, stands_in=True)
        else:
            found.append(Shift(person, begin, stop, stands_in))
    return found


def first_week_for(rotation: Rotation, people: Sequence[str], at: datetime) -> date:
    """Return the `first_week` with which a change of people at `at` leaves the present turn alone.

    Who has the turn keeps it if still there; else the next one of the old order who is. Among all new people
    the first one has it.
    """
    week = rotation.week_of(at)
    old = [rotation.person_of(week + number) for number in range(len(rotation.people))]
    heir = next((person for person in old if person in people), None)
    place = people.index(heir) if heir is not None else 0
    return rotation.first_day + timedelta(days=_DAYS * (week - place))


def _at(rotation: Rotation, overrides: Sequence[Override], at: datetime) -> tuple[str | None, bool]:
    for override in reversed(overrides):
        if override.covers(at):
            return override.person, True
    return rotation.person_of(rotation.week_of(at)), False


def _changes(
    rotation: Rotation, overrides: Sequence[Override], start: datetime, end: datetime
) -> Iterator[datetime]:
    edges = [edge for each in overrides for edge in (each.starts_at, each.ends_at)]
    yield from (edge for edge in edges if start < edge < end)
    week = rotation.week_of(start) + 1
    while (handoff := rotation.handoff(week)) < end:
        yield handoff
        week += 1
