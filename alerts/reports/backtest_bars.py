"""When alerts would have fired, as bars over time: numbers for an SVG. Pure: no Django, no clock, no database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.reports.night import Night

WIDTH = 820.0
LABEL = 260.0  # left of the bars, for the names of the series
ROW = 34.0  # height of one series: a bar for each version
BAR = 12.0
_AXIS = 20.0  # below the rows, for the instants
_NARROWEST = 2.0  # an alert of a minute in a week stays visible
_BASE_LINE = 19.0
_BELOW_AXIS = 4.0
_TICKS = 5
_ONE_DAY = timedelta(days=1)
_TOPS = {"before": 3.0, "after": 18.0}

Episode = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """One alert; `version` is `before` or `after`, and `label` says in words what the bar shows."""

    version: str
    x: float
    y: float
    width: float
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One series with all its bars."""

    name: str
    text_y: float
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant on the axis in words, or a night that begins at `x`."""

    x: float
    width: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole plot; `left_out` series did not fit."""

    rows: Sequence[Row]
    nights: Sequence[Mark]
    ticks: Sequence[Mark]
    left_out: int
    width: float = WIDTH

    @property
    def rows_height(self) -> float:
        """Return the height of the rows, which the nights span."""
        return len(self.rows) * ROW

    @property
    def height(self) -> float:
        """Return the height of all."""
        return self.rows_height + _AXIS

    @property
    def axis_y(self) -> float:
        """Return the base line of the instants below the rows."""
        return self.height - _BELOW_AXIS


@dataclass(frozen=True, slots=True)
class Frame:
    """The period that is drawn, and when it is night for those who are on call."""

    start: datetime
    end: datetime
    night: Night
    zone: ZoneInfo

    def x(self, at: datetime) -> float:
        """Return where an instant lies; one outside of the period lies on its edge."""
        inside = min(max(at, self.start), self.end)
        return LABEL + (WIDTH - LABEL) * ((inside - self.start) / (self.end - self.start))


def chart_of(result: Mapping[str, Any], frame: Frame, *, most: int = 30) -> Chart | None:
    """Return the bars of a backtest's result, the series with the most alerts on top; None without an alert."""
    versions = {"before": before_of(result), "after": result["episodes"]}
    found: dict[str, list[tuple[str, Episode]]] = defaultdict(list)
    for version, episodes in versions.items():
        for episode in episodes:
            found[name_of(episode)].append((version, episode))
    if not found:
        return None
    names = sorted(found, key=lambda name: (-len(found[name]), name))
    rows = [_row(name, found[name], place, frame) for place, name in enumerate(names[:most])]
    nights = [_night(start, end, frame) for start, end in nights_of(frame)]
    ticks = [_tick(part, frame) for part in range(_TICKS)]
    return Chart(rows, nights, ticks, len(names) - len(rows))


def before_of(result: Mapping[str, Any]) -> list[Episode]:
    """Return the alerts of the rule as it is, which a result names by how they differ from those of the tried one.

    What is neither changed nor new is the same in both. Of a new rule there are none.
    """
    difference = result.get("difference")
    if difference is None:
        return []
    other = [*(change["after"] for change in difference["changed"]), *difference["new"]]
    different = {_key(episode) for episode in other}
    same = [episode for episode in result["episodes"] if _key(episode) not in different]
    were = [episode for change in difference["changed"] for episode in change["before"]]
    found = {_key(episode): episode for episode in [*same, *were, *difference["gone"]]}
    return sorted(found.values(), key=lambda episode: (episode["fired_at"], name_of(episode)))


def name_of(episode: Episode) -> str:
    """Return the series in words, such as `payment-service host=a`."""
    labels = sorted(episode["labels"].items())
    parts = [episode["service"], *(f"{name}={value}" for name, value in labels)]
    return " ".join(part for part in parts if part) or "all series"


def nights_of(frame: Frame) -> Iterator[tuple[datetime, datetime]]:
    """Yield the nights that touch the period, cut to it, by the clocks of the zone."""
    night, zone = frame.night, frame.zone
    if night.begins_hour == night.ends_hour:
        return
    next_day = timedelta(days=1 if night.begins_hour > night.ends_hour else 0)
    day = frame.start.astimezone(zone).date() - _ONE_DAY
    while day <= frame.end.astimezone(zone).date():
        begins = _hour_of(day, night.begins_hour, zone)
        ends = _hour_of(day + next_day, night.ends_hour, zone)
        if begins < frame.end and ends > frame.start:
            yield max(begins, frame.start), min(ends, frame.end)
        day += _ONE_DAY


def _hour_of(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Return an hour of a day by the clock on the wall; the 24th is the first of the next day."""
    return datetime.combine(day, time(), zone) + timedelta(hours=hour)


def _row(name: str, own: Iterable[tuple[str, Episode]], place: int, frame: Frame) -> Row:
    top = place * ROW
    bars = [_bar(version, episode, top, frame) for version, episode in own]
    return Row(name, top + _BASE_LINE, bars)


def _bar(version: str, episode: Episode, top: float, frame: Frame) -> Bar:
    fired_at = datetime.fromisoformat(episode["fired_at"])
    resolved_at = episode["resolved_at"] and datetime.fromisoformat(episode["resolved_at"])
    left, right = frame.x(fired_at), frame.x(resolved_at or frame.end)
    width = max(_NARROWEST, right - left)
    until = f"{resolved_at:%Y-%m-%d %H:%M}" if resolved_at else "the end"
    return Bar(
        version=version,
        x=round(min(left, WIDTH - width), 1),
        y=top + _TOPS[version],
        width=round(width, 1),
        label=f"{version}: {name_of(episode)} from {fired_at:%Y-%m-%d %H:%M} to {until}",
    )


def _night(start: datetime, end: datetime, frame: Frame) -> Mark:
    left = frame.x(start)
    return Mark(round(left, 1), round(frame.x(end) - left, 1))


def _tick(part: int, frame: Frame) -> Mark:
    length = frame.end - frame.start
    at = frame.start + length * part / (_TICKS - 1)
    form = "%H:%M" if length < _ONE_DAY else "%m-%d %H:%M"
    return Mark(round(frame.x(at), 1), text=f"{at:{form}}")


def _key(episode: Episode) -> tuple[str, str]:
    return episode["fingerprint"], episode["fired_at"]
