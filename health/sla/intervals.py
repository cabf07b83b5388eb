"""Half-open intervals of milliseconds: put together where they overlap, cut where they must end."""

from collections.abc import Iterable

Interval = tuple[int, int]
"""From the first ms until before the second."""


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the same time as disjoint intervals in their order; time that several cover is there once.

    Intervals that touch become one; those that end where or before they begin hold no time and are left out.
    """
    joined: list[Interval] = []
    for start, end in sorted(each for each in intervals if each[0] < each[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def clipped(intervals: Iterable[Interval], start: int, end: int) -> list[Interval]:
    """Return what of each interval lies from `start` until before `end`; what lies outside is left out."""
    cut = ((max(first, start), min(last, end)) for first, last in intervals)
    return [each for each in cut if each[0] < each[1]]
