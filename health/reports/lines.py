"""Charts of lines: percentiles over time, each line with dashes of its own and its name at its end; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from health.reports.axes import WIDTH, Frame, grid, labels_below, round_ceiling
from health.reports.drawing import Box, Drawing, Point, Shape, Stroke, Words

_HEIGHT = 150.0
_INKS = ("first", "second", "third")
_APART = 9.0
"""Points between the names of two lines that end at the same height."""


@dataclass(frozen=True, slots=True)
class Line:
    """A named line; None where nothing was measured: the line is broken there."""

    name: str
    values: Sequence[float | None]


def latency_chart(title: str, labels: Sequence[str], lines: Sequence[Line]) -> Drawing:
    """Return up to three lines of milliseconds over named instants, from zero on.

    Raises ValueError for more than three: no fourth could be told apart in grey.
    """
    if len(lines) > len(_INKS):
        raise ValueError(f"{len(lines)} lines cannot be told apart")
    known = [value for line in lines for value in line.values if value is not None]
    highest = max(known, default=0.0)
    frame = Frame(46, 10, WIDTH - 44, _HEIGHT - 20, 0.0, round_ceiling(highest))
    drawn = [
        shape for line, ink in zip(lines, _INKS, strict=False) for shape in _line(frame, line, ink)
    ]
    return Drawing(
        title,
        f"{', '.join(line.name for line in lines)} over {len(labels)} instants; at most {highest:,.0f} ms.",
        WIDTH,
        _HEIGHT,
        (
            *grid(frame, 5, lambda value: f"{value:,.6g} ms"),
            *drawn,
            *_names(frame, lines),
            *labels_below(frame, labels),
        ),
    )


def _line(frame: Frame, line: Line, ink: str) -> Iterator[Shape]:
    total = len(line.values)
    for is_known, run in groupby(enumerate(line.values), key=lambda each: each[1] is not None):
        if not is_known:
            continue
        points: list[Point] = [
            (frame.middle(number, total), frame.height_of(value))
            for number, value in run
            if value is not None
        ]
        if len(points) > 1:
            yield Stroke(points, ink)
        else:  # a line of one point would not be seen
            ((x, y),) = points
            yield Box(x - 1.5, y - 1.5, 3, 3, f"{ink}-dot")


def _names(frame: Frame, lines: Sequence[Line]) -> Iterator[Shape]:
    """Yield each name beside the last known value of its line, pushed down where two would touch."""
    ends = sorted(
        (frame.height_of(known[-1]) + 2.8, line.name)
        for line in lines
        if (known := [value for value in line.values if value is not None])
    )
    free = frame.top
    for y, name in ends:
        free = max(y, free)
        yield Words(frame.right + 3, free, name, ink="value")
        free += _APART
