"""The part of iCalendar's RRULE that a maintenance window may use: days, never times of day."""

import re
from dataclasses import dataclass
from enum import StrEnum

from monitoring.errors import InvalidInputError

MAX_INTERVAL = 100
MAX_COUNT = 1_000

_PART = re.compile(r"([A-Z]+)=([A-Z0-9,+-]+)")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,4}")
_DAYS = ("BYDAY", "BYMONTHDAY", "BYMONTH", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "WKST")
_ELSEWHERE = {
    "BYHOUR": "the time of day is that of the first begin",
    "BYMINUTE": "the time of day is that of the first begin",
    "BYSECOND": "the time of day is that of the first begin",
    "UNTIL": "the window has a time when it expires",
    "DTSTART": "the first begin is a field of its own",
}


class Frequency(StrEnum):
    """The unit of the interval. Anything finer than a day would be no window any more."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """A rule that was read; `str` writes it as iCalendar does."""

    frequency: Frequency
    interval: int
    count: int | None
    days: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        parts = [("FREQ", self.frequency.value)]
        if self.interval != 1:
            parts.append(("INTERVAL", str(self.interval)))
        if self.count is not None:
            parts.append(("COUNT", str(self.count)))
        return ";".join(f"{name}={value}" for name, value in (*parts, *self.days))


def parse(text: str) -> RecurrenceRule:
    """Return the rule of a text such as `FREQ=WEEKLY;BYDAY=SU`; `RRULE:` may stand before it.

    Raises InvalidInputError naming the part that cannot be used.
    """
    parts = _parts(text.strip().upper().removeprefix("RRULE:"))
    if parts.get("FREQ") not in set(Frequency):
        raise InvalidInputError(f"FREQ must be one of {', '.join(Frequency)}")
    return RecurrenceRule(
        frequency=Frequency(parts["FREQ"]),
        interval=_number(parts, "INTERVAL", MAX_INTERVAL) or 1,
        count=_number(parts, "COUNT", MAX_COUNT),
        days=tuple((name, parts[name]) for name in _DAYS if name in parts),
    )


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(";"):
        found = _PART.fullmatch(part)
        if found is None:
            raise InvalidInputError(
                f"{part!r} is no part of a rule; an example of one is FREQ=WEEKLY;BYDAY=SU"
            )
        name, value = found.groups()
        if name in parts:
            raise InvalidInputError(f"{name} is given twice")
        _refuse_unknown(name)
        parts[name] = value
    return parts


def _refuse_unknown(name: str) -> None:
    if name in _ELSEWHERE:
        raise InvalidInputError(f"{name} cannot be used: {_ELSEWHERE[name]}")
    if name not in {"FREQ", "INTERVAL", "COUNT", *_DAYS}:
        raise InvalidInputError(f"{name} is no part of a rule that is known here")


def _number(parts: dict[str, str], name: str, highest: int) -> int | None:
    raw = parts.get(name)
    if raw is None:
        return None
    if _WHOLE_NUMBER.fullmatch(raw) is None or not 1 <= int(raw) <= highest:
        raise InvalidInputError(f"{name} must be a whole number from 1 to {highest}")
    return int(raw)
