"""When which alert fired, as bars over time: numbers for an SVG. Pure: no Django, no clock, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH = 720.0
ROW = 22.0  # height of one alert
AXIS = 20.0  # below the rows, for the instants
LABEL = 240.0  # left of the bars, for the titles
_NARROWEST = 2.0  # a firing of seconds in an incident of days stays visible
_BASE_LINE = 12.0
_BELOW_AXIS = 4.0
_TICKS = 5
_ONE_DAY = timedelta(days=1)
_NOTHING = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert as a bar: from firing to its end, None while it fires."""

    title: str
    severity: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One drawn alert; `y` is the top of its row, `label` says in words what the bar shows."""

    title: str
    severity: str
    x: float
    y: float
    width: float
    label: str

    @property
    def text_y(self) -> float:
        """Return the base line of the title beside the bar."""
        return self.y + _BASE_LINE


@dataclass(frozen=True, slots=True)
class Tick:
    """One instant on the axis, in words."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole plot; `left_out` bars did not fit."""

    width: float
    height: float
    bars: list[Bar]
    ticks: list[Tick]
    left_out: int

    @property
    def axis_y(self) -> float:
        """Return the base line of the instants below the rows."""
        return self.height - _BELOW_AXIS


def chart_of(firings: Sequence[Firing], *, at: datetime, most: int = 40) -> Chart | None:
    """Return the bars of some alerts up to `at`, the first to fire on top; None without any.

    The chart spans from the first firing to the last end, or to `at` while one fires.
    """
    if not firings:
        return None
    ordered = sorted(firings, key=lambda firing: (firing.start, firing.title))
    start = ordered[0].start
    length = max(_NOTHING, max(firing.end or at for firing in ordered) - start)
    shown = ordered[:most]
    return Chart(
        width=WIDTH,
        height=len(shown) * ROW + AXIS,
        bars=[_bar(firing, row, start, length, at) for row, firing in enumerate(shown)],
        ticks=[_tick(part, start, length) for part in range(_TICKS)],
        left_out=len(ordered) - len(shown),
    )


def _bar(firing: Firing, row: int, start: datetime, length: timedelta, at: datetime) -> Bar:
    left = _x(firing.start - start, length)
    right = _x((firing.end or at) - start, length)
    width = max(_NARROWEST, right - left)
    until = f"{firing.end:%H:%M:%S}" if firing.end else "now"
    return Bar(
        title=firing.title,
        severity=firing.severity,
        x=round(min(left, WIDTH - width), 1),
        y=row * ROW,
        width=round(width, 1),
        label=f"{firing.title} ({firing.severity}): {firing.start:%Y-%m-%d %H:%M:%S} to {until}",
    )


def _tick(part: int, start: datetime, length: timedelta) -> Tick:
    passed = length * part / (_TICKS - 1)
    form = "%H:%M:%S" if length < _ONE_DAY else "%m-%d %H:%M"
    return Tick(round(_x(passed, length), 1), f"{start + passed:{form}}")


def _x(passed: timedelta, length: timedelta) -> float:
    return LABEL + (WIDTH - LABEL) * (passed / length)
