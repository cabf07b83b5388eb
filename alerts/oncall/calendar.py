"""Shifts as bars over weeks, for a drawing: seven days are the width of one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH = 700
"""Of a row, in units of the drawing: a hundred for each day."""

Span = tuple[str, datetime, datetime, bool]
"""Name, begin, end, and whether the person stands in."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One person's part of one row."""

    person: str
    left: float
    width: float
    stands_in: bool
    shade: int
    """The same for the same person, from 0."""


def bars(spans: Sequence[Span], *, start: datetime, weeks: int) -> list[list[Bar]]:
    """Return one row for each week from `start` on; who is on call for long has a bar in several rows.

    Weeks are of 168 hours: where clocks change, a bar is an hour off the day's line.
    """
    shades = {name: number for number, name in enumerate(dict.fromkeys(span[0] for span in spans))}
    rows = []
    for number in range(weeks):
        begin = start + timedelta(weeks=number)
        end = begin + timedelta(weeks=1)
        rows.append(
            [
                Bar(
                    person,
                    _place(max(first, begin) - begin),
                    _place(min(last, end) - max(first, begin)),
                    stands_in,
                    shades[person],
                )
                for person, first, last, stands_in in spans
                if first < end and last > begin
            ]
        )
    return rows


def _place(length: timedelta) -> float:
    return round(length / timedelta(weeks=1) * WIDTH, 2)
