"""Charts of bars: uptime by slice, downtime against what is allowed, requests by slice; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from health.reports.axes import (
    WIDTH,
    Frame,
    grid,
    labels_below,
    room_for,
    round_ceiling,
    uptime_floor,
)
from health.reports.drawing import Box, Drawing, Shape, Stroke, Words

_HEIGHT = 120.0
_ROW = 18.0
_SHORTEST = 1.5
"""A bar that stands for anything at all is seen."""
_LONGEST_NAME = 44


@dataclass(frozen=True, slots=True)
class UptimeBar:
    """One slice: its share of time that was up in percent (None: not measured), and whether that met the target."""

    label: str
    share: float | None
    met: bool
    words: str
    """Such as `99.31 %`, beside a bar that missed the target."""


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One line of amounts: how much there was, how much was allowed, and the amount in words."""

    name: str
    amount: float
    allowed: float
    words: str


@dataclass(frozen=True, slots=True)
class CountBar:
    """How many there were in a slice, and how many of them failed."""

    label: str
    total: int
    failed: int


def uptime_chart(title: str, bars: Sequence[UptimeBar], target: float) -> Drawing:
    """Return uptime by slice with a line at the target; a bar that missed it says its number.

    A slice in which nothing was measured is an outline, so that it reads neither as up nor as down.
    """
    known = [bar.share for bar in bars if bar.share is not None]
    frame = Frame(46, 14, WIDTH - 44, _HEIGHT - 20, uptime_floor([*known, target]), 100.0)
    missed = sum(bar.share is not None and not bar.met for bar in bars)
    return Drawing(
        title,
        f"{len(bars)} bars, {missed} of them below the target of {target:g} percent, "
        f"{len(bars) - len(known)} not measured; the axis begins at {frame.low:g} percent.",
        WIDTH,
        _HEIGHT,
        (
            *grid(frame, 3, lambda value: f"{value:g} %"),
            *(shape for number, bar in enumerate(bars) for shape in _uptime(frame, number, bars)),
            *_missed(frame, bars),
            *_target(frame, target),
            *labels_below(frame, [bar.label for bar in bars]),
        ),
    )


def limit_chart(title: str, rows: Sequence[LimitRow], *, what: str) -> Drawing:
    """Return level bars, each with a mark at what was allowed; the longest of both fills the width."""
    most = max((max(row.amount, row.allowed) for row in rows), default=0.0) or 1.0
    left = room_for(_cut(row.name) for row in rows) + 6
    scale = (WIDTH - left - room_for(row.words for row in rows) - 8) / most
    over = [row.name for row in rows if row.amount > row.allowed]
    return Drawing(
        title,
        f"{what} of {len(rows)}; beyond what is allowed: {', '.join(over) or 'none'}.",
        WIDTH,
        len(rows) * _ROW + 4,
        tuple(
            shape for number, row in enumerate(rows) for shape in _limit(number, row, left, scale)
        ),
    )


def count_chart(title: str, bars: Sequence[CountBar]) -> Drawing:
    """Return how many there were by slice, the failed ones at the foot of each bar in their own ink."""
    frame = Frame(46, 14, WIDTH - 44, _HEIGHT - 20, 0.0, round_ceiling(_most(bars)))
    failed = sum(bar.failed for bar in bars)
    return Drawing(
        title,
        f"{sum(bar.total for bar in bars):,} in all, {failed:,} of them failed.",
        WIDTH,
        _HEIGHT,
        (
            *grid(frame, 3, lambda value: f"{value:,.6g}"),
            *(shape for number, bar in enumerate(bars) for shape in _count(frame, number, bars)),
            *labels_below(frame, [bar.label for bar in bars]),
        ),
    )


def _uptime(frame: Frame, number: int, bars: Sequence[UptimeBar]) -> Iterator[Shape]:
    bar, (left, width) = bars[number], frame.column(number, len(bars))
    if bar.share is None:
        height = frame.bottom - frame.top
        yield Box(left, frame.top, width, height, "unmeasured", f"{bar.label}: not measured")
        return
    top = min(frame.height_of(bar.share), frame.bottom - _SHORTEST)
    ink = "good" if bar.met else "bad"
    yield Box(left, top, width, frame.bottom - top, ink, f"{bar.label}: {bar.words}")


def _missed(frame: Frame, bars: Sequence[UptimeBar]) -> Iterator[Shape]:
    """Yield the number of each bar that missed the target, above the plot; a mark where two would touch."""
    free = 0.0
    for number, bar in enumerate(bars):
        if bar.met or bar.share is None:
            continue
        middle, half = frame.middle(number, len(bars)), room_for([bar.words]) / 2
        if middle - half >= free:
            yield Words(middle, frame.top - 4, bar.words, "middle", "value")
            free = middle + half
        else:
            yield Words(middle, frame.top - 4, "•", "middle", "value")
            free = max(free, middle)


def _target(frame: Frame, target: float) -> Iterator[Shape]:
    y = frame.height_of(target)
    yield Stroke(((frame.left, y), (frame.right, y)), "target")
    yield Words(frame.right + 3, y - 1, "target", ink="value")
    yield Words(frame.right + 3, y + 8, f"{target:g} %", ink="value")


def _limit(number: int, row: LimitRow, left: float, scale: float) -> Iterator[Shape]:
    top, width, mark = number * _ROW + 2, row.amount * scale, left + row.allowed * scale
    yield Words(left - 6, top + 9.5, _cut(row.name), "end", "value")
    if row.amount:
        ink = "good" if row.amount <= row.allowed else "bad"
        yield Box(left, top + 2, max(width, _SHORTEST), 10, ink, row.words)
    yield Stroke(((mark, top), (mark, top + 14)), "limit")
    yield Words(max(left + width, mark) + 6, top + 9.5, row.words, ink="value")


def _cut(name: str) -> str:
    """Return a name that fits: of a route the end says more than the middle."""
    if len(name) <= _LONGEST_NAME:
        return name
    half = (_LONGEST_NAME - 1) // 2
    return f"{name[:half]}…{name[-half:]}"


def _count(frame: Frame, number: int, bars: Sequence[CountBar]) -> Iterator[Shape]:
    bar, (left, width) = bars[number], frame.column(number, len(bars))
    title = f"{bar.label}: {bar.total:,}, failed {bar.failed:,}"
    top = frame.height_of(bar.total)
    if bar.total:
        yield Box(left, top, width, frame.bottom - top, "amount", title)
    if bar.failed:
        top = min(frame.height_of(bar.failed), frame.bottom - _SHORTEST)
        yield Box(left, top, width, frame.bottom - top, "bad", title)


def _most(bars: Sequence[CountBar]) -> float:
    return max((bar.total for bar in bars), default=0)
