"""The frame of a chart: where its plot lies, round numbers on its axis, labels that do not touch; pure."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from health.reports.drawing import Shape, Stroke, Words

WIDTH = 500.0
"""Points: the width of an A4 page within its margins."""
_STEPS = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
"""Each can be halved and quartered into numbers that a reader can say."""
# A share of time that was up is mostly close to 100: the axis begins at the first of these below all bars.
_FLOORS = (99.9, 99.5, 99.0, 98.0, 95.0, 90.0, 75.0, 50.0)
_LABEL_WIDTH = 32.0
_LETTER = 4.7
"""Points that a letter takes on the average, at the size of charts."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the plot lies in its drawing, and which values its lower and upper edge stand for."""

    left: float
    top: float
    right: float
    bottom: float
    low: float
    high: float

    def height_of(self, value: float) -> float:
        """Return y of a value; what lies outside is drawn at the edge."""
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - min(max(share, 0.0), 1.0) * (self.bottom - self.top)

    def column(self, number: int, total: int) -> tuple[float, float]:
        """Return left and width of one of so many columns side by side, with a gap between."""
        width = (self.right - self.left) / total
        gap = min(width * 0.2, 4.0)
        return self.left + number * width + gap / 2, width - gap

    def middle(self, number: int, total: int) -> float:
        """Return x of the middle of a column."""
        return self.left + (number + 0.5) * (self.right - self.left) / total


def uptime_floor(shares: Sequence[float]) -> float:
    """Return where an axis of percentages begins that ends at 100: below all, and never at one of them."""
    lowest = min(shares, default=100.0)
    return next((floor for floor in _FLOORS if floor < lowest), 0.0)


def round_ceiling(value: float) -> float:
    """Return the first of 1, 1.2, 1.6, 2 ... 8, 10, 12 ... that is not below the value; 1 for nothing."""
    if value <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in (*_STEPS, 12) if step * size >= value * (1 - 1e-12))


def grid(frame: Frame, lines: int, word: Callable[[float], str]) -> Iterator[Shape]:
    """Yield so many level lines with their values at the left, the lowest as the axis."""
    for number in range(lines):
        value = frame.low + (frame.high - frame.low) * number / (lines - 1)
        y = frame.height_of(value)
        yield Stroke(((frame.left, y), (frame.right, y)), "axis" if number == 0 else "grid")
        yield Words(frame.left - 4, y + 2.8, word(value), "end")


def labels_below(frame: Frame, labels: Sequence[str]) -> Iterator[Shape]:
    """Yield the names of columns, as many as there is room for."""
    room = (frame.right - frame.left) / _LABEL_WIDTH
    every = max(1, math.ceil(len(labels) / room))
    for number in range(0, len(labels), every):
        yield Words(
            frame.middle(number, len(labels)), frame.bottom + 13.5, labels[number], "middle"
        )


def room_for(texts: Iterable[str]) -> float:
    """Return the width in points that the longest of the texts takes, a little more rather than less."""
    return max((len(text) for text in texts), default=0) * _LETTER
