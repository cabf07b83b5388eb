"""Marks written as text: one letter a probe, so that a history can be read at a glance."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from health.sla.accounting import Mark
from health.status import Level

# letter -> (standing after the probe, whether the probe failed, whether anything is known)
_LETTERS = {
    "u": (Level.HEALTHY, False, True),
    "s": (Level.DEGRADED, False, True),  # slow
    "f": (Level.DEGRADED, True, True),  # failed, not flipped yet
    "D": (Level.UNHEALTHY, True, True),
    "r": (Level.UNHEALTHY, False, True),  # a good answer that is not believed yet
    "b": (Level.DEGRADED, False, False),  # behind something that is down
}


def marks(text: str, first: datetime, *, every: float = 30.0) -> list[Mark]:
    """Return a mark for each letter, `every` seconds apart; a dot is a probe that did not take place."""
    period = timedelta(seconds=every)
    return [
        Mark(first + number * period, period, status, failed, known)
        for number, letter in enumerate(text)
        if letter != "."
        for status, failed, known in [_LETTERS[letter]]
    ]


def counted_by_the_second(
    history: Sequence[Mark],
    maintenance: Sequence[tuple[datetime, datetime]],
    start: datetime,
    end: datetime,
) -> Counter[str]:
    """Return seconds by condition, counted one by one: slow, simple, and sharing nothing with the service."""
    counts: Counter[str] = Counter()
    ordered = sorted(history, key=lambda mark: mark.at)
    begins = [mark.at.timestamp() for mark in ordered]
    windows = [(begin.timestamp(), finish.timestamp()) for begin, finish in maintenance]
    judged = [_judged(ordered, place) for place in range(len(ordered))]
    place = -1
    for second in range(round(start.timestamp()), round(end.timestamp())):
        while place + 1 < len(begins) and begins[place + 1] <= second:
            place += 1
        if any(begin <= second < finish for begin, finish in windows):
            counts["maintenance"] += 1
        elif place < 0 or second >= begins[place] + 2 * ordered[place].holds.total_seconds():
            counts["unknown"] += 1
        else:
            counts[judged[place]] += 1
    return counts


def _judged(ordered: Sequence[Mark], place: int) -> str:
    mark = ordered[place]
    if not mark.known:
        return "unknown"
    if mark.status == Level.UNHEALTHY or (mark.failed and _ends_unhealthy(ordered, place)):
        return "down"
    return "degraded" if mark.status == Level.DEGRADED else "up"


def _ends_unhealthy(ordered: Sequence[Mark], place: int) -> bool:
    for mark in ordered[place + 1 :]:
        if mark.known and mark.status == Level.UNHEALTHY:
            return True
        if mark.known and not mark.failed:
            return False
    return False
