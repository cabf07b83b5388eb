"""A service day by day: one bar a day, whose height says the same as its colour, and the uptime of them all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from math import sqrt

from health.sla import accounting
from health.sla.figures import uptime_percent

DAYS = 90
# Below it a day is one of outage; above, of disruption: 5 % of a day are 72 minutes.
_OUTAGE_BELOW_PERCENT = Decimal(95)
_HUNDREDTH = Decimal("0.01")
_HEIGHT_STEP = 5
_HOURS_OF_TWO_DAYS = 48


class DayLevel(StrEnum):
    """How a day went."""

    UP = "up"
    DEGRADED = "degraded"
    DISRUPTED = "disrupted"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    NO_DATA = "no_data"


LEVEL_WORDS = {
    DayLevel.UP: "no downtime",
    DayLevel.DEGRADED: "degraded",
    DayLevel.DISRUPTED: "disrupted",
    DayLevel.DOWN: "outage",
    DayLevel.MAINTENANCE: "maintenance",
    DayLevel.NO_DATA: "no data",
}
_HEIGHTS = {
    DayLevel.UP: 100,
    DayLevel.DEGRADED: 85,
    DayLevel.MAINTENANCE: 100,
    DayLevel.NO_DATA: 15,
}


@dataclass(frozen=True, slots=True)
class Spans:
    """Milliseconds of one service by how it was; `degraded_ms` is part of `up_ms`."""

    up_ms: int = 0
    down_ms: int = 0
    maintenance_ms: int = 0
    degraded_ms: int = 0

    def __add__(self, other: "Spans") -> "Spans":
        return Spans(
            self.up_ms + other.up_ms,
            self.down_ms + other.down_ms,
            self.maintenance_ms + other.maintenance_ms,
            self.degraded_ms + other.degraded_ms,
        )

    @property
    def uptime_percent(self) -> Decimal | None:
        """Return the uptime as reports have it; None where nothing was measured. Maintenance counts neither way."""
        return uptime_percent(
            accounting.Spans(
                up_ms=self.up_ms,
                down_ms=self.down_ms,
                maintenance_ms=self.maintenance_ms,
                degraded_ms=self.degraded_ms,
            )
        )


@dataclass(frozen=True, slots=True)
class Day:
    """One bar."""

    on: date
    spans: Spans

    @property
    def level(self) -> DayLevel:
        """Return how the day went; what was measured counts before what was announced."""
        percent, spans = self.spans.uptime_percent, self.spans
        if percent is None:
            return DayLevel.MAINTENANCE if spans.maintenance_ms else DayLevel.NO_DATA
        if percent < _OUTAGE_BELOW_PERCENT:
            return DayLevel.DOWN
        if spans.down_ms:
            return DayLevel.DISRUPTED
        return DayLevel.DEGRADED if spans.degraded_ms else DayLevel.UP

    @property
    def height(self) -> int:
        """Return the height of the bar in percent, in steps of 5: the longer it was down, the shorter."""
        fixed = _HEIGHTS.get(self.level)
        if fixed is not None:
            return fixed
        share = self.spans.down_ms / (self.spans.up_ms + self.spans.down_ms)
        # The root tells a minute from an hour although both are a small part of a day.
        return _HEIGHT_STEP * round((75 - 50 * sqrt(share)) / _HEIGHT_STEP)

    @property
    def summary(self) -> str:
        """Return what the bar says, such as `99.93 % up, down for 1 min`."""
        said = [
            f"{word} {lasted(milliseconds)}"
            for word, milliseconds in (
                ("down for", self.spans.down_ms),
                ("degraded for", self.spans.degraded_ms),
                ("maintenance for", self.spans.maintenance_ms),
            )
            if milliseconds
        ]
        percent = self.spans.uptime_percent
        if percent is None:
            return ", ".join(said) or "no data"
        return ", ".join([f"{percent_text(percent)} up", *said])


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row of which the same is to be said."""

    first: date
    last: date
    level: DayLevel
    summary: str

    @property
    def count(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1


def days_until(today: date, spans: Mapping[date, Spans]) -> list[Day]:
    """Return the last 90 days, the oldest first and today last; one without any row has no data."""
    days = (today - timedelta(days=age) for age in range(DAYS - 1, -1, -1))
    return [Day(on, spans.get(on, Spans())) for on in days]


def total(days: Iterable[Day]) -> Spans:
    """Return what the days add up to."""
    return sum((day.spans for day in days), Spans())


def runs(days: Iterable[Day]) -> list[Run]:
    """Return the days as runs, the newest first: all that the bars say, in few lines."""
    found: list[Run] = []
    for day in days:
        before = found[-1] if found else None
        if before is not None and (before.level, before.summary) == (day.level, day.summary):
            found[-1] = Run(before.first, day.on, day.level, day.summary)
        else:
            found.append(Run(day.on, day.on, day.level, day.summary))
    return found[::-1]


def percent_text(percent: Decimal | None) -> str:
    """Return a percentage with two digits, cut off and not rounded: 99.996 % is not 100 %."""
    if percent is None:
        return "no data"
    cut = percent.quantize(_HUNDREDTH, ROUND_DOWN)
    return f"{cut.normalize():f} %" if cut in {0, 100} else f"{cut} %"


def lasted(milliseconds: int) -> str:
    """Return a length of time in two units, such as `1 h 5 min`; what is shorter than a minute in seconds.

    A day is still `24 h`: from two days on they are counted as days.
    """
    seconds = -(-milliseconds // 1_000)
    hours, minutes = divmod(seconds // 60, 60)
    if not hours and not minutes:
        return f"{seconds} s"
    parts = [(hours, "h"), (minutes, "min")]
    if hours >= _HOURS_OF_TWO_DAYS:
        parts = [(hours // 24, "d"), (hours % 24, "h")]
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)


def in_words(days: Sequence[Day]) -> str:
    """Return what the bars say to who does not see them: the uptime, and how many days were not good."""
    counted = {level: sum(day.level is level for day in days) for level in DayLevel}
    bad = [
        f"{LEVEL_WORDS[level]} on {counted[level]}"
        for level in (DayLevel.DOWN, DayLevel.DISRUPTED, DayLevel.DEGRADED, DayLevel.NO_DATA)
        if counted[level]
    ]
    uptime = percent_text(total(days).uptime_percent)
    return f"Uptime of the last {len(days)} days: {uptime}. " + (
        f"Days: {', '.join(bad)}." if bad else "No downtime on any day."
    )
