"""What the marks that probes left say of a span of time: up, down, unknown or planned, to the millisecond.

The rules:

- A mark counts from its instant until the next mark, and at most for twice the time it was made for
  (`HELD_PERIODS`): one probe that is missing is bridged, a longer gap is unknown.
- A run of failed probes that reaches unhealthy is down from its first failure; a run that recovers before the
  flip was noise and is up. Marks of which nothing is known neither end nor lengthen a run.
- Unhealthy is down until the status says otherwise. Degraded is up.
- What is behind something that was down is unknown.
- Maintenance wins over everything, and time that several windows cover counts once.

Everything is UTC and integers, so the parts of any split add up to the whole.
Source: table sla_metrics, service specification.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from health.sla.intervals import Interval, clipped, merged
from health.status import Level
from monitoring.storage.instants import to_ms

HELD_PERIODS = 2


class Condition(StrEnum):
    """What a piece of time counts as."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Mark:
    """What one probe, or one look at a heartbeat, left behind.

    `status` is the standing after it, `failed` tells whether this probe itself failed, `known` is False where
    something before the service was down. `holds` is the time until the next mark was due.
    """

    at: datetime
    holds: timedelta
    status: Level
    failed: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class Piece:
    """Time of one condition, from `start` until before `end`, in ms since the epoch."""

    start: int
    end: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Spans:
    """How long what held, in ms; the first four add up to the whole, `degraded_ms` is part of `up_ms`."""

    up_ms: int = 0
    down_ms: int = 0
    unknown_ms: int = 0
    maintenance_ms: int = 0
    degraded_ms: int = 0

    @property
    def total_ms(self) -> int:
        """Return the length of the span that was accounted for."""
        return self.up_ms + self.down_ms + self.unknown_ms + self.maintenance_ms

    @property
    def measured_ms(self) -> int:
        """Return how long something was known and nothing planned: what an uptime is a share of."""
        return self.up_ms + self.down_ms

    def __add__(self, other: "Spans") -> "Spans":
        return Spans(
            self.up_ms + other.up_ms,
            self.down_ms + other.down_ms,
            self.unknown_ms + other.unknown_ms,
            self.maintenance_ms + other.maintenance_ms,
            self.degraded_ms + other.degraded_ms,
        )


def account(
    marks: Iterable[Mark],
    maintenance: Iterable[tuple[datetime, datetime]],
    start: datetime,
    end: datetime,
) -> Spans:
    """Return how the time from `start` until before `end` was spent; the spans add up to it exactly.

    `marks` may come in any order and should hold the last one before `start`, and those after `end` that show
    how a run of failures went on; of two at one instant the later in the order counts. `maintenance` holds
    pairs of begin and end. A span that ends before it begins holds no time.
    """
    return spans_of(pieces(marks, maintenance, start, end))


def spans_of(parts: Iterable[Piece]) -> Spans:
    """Add the pieces up."""
    sums = dict.fromkeys(Condition, 0)
    for part in parts:
        sums[part.condition] += part.end - part.start
    return Spans(
        up_ms=sums[Condition.UP] + sums[Condition.DEGRADED],
        down_ms=sums[Condition.DOWN],
        unknown_ms=sums[Condition.UNKNOWN],
        maintenance_ms=sums[Condition.MAINTENANCE],
        degraded_ms=sums[Condition.DEGRADED],
    )


def pieces(
    marks: Iterable[Mark],
    maintenance: Iterable[tuple[datetime, datetime]],
    start: datetime,
    end: datetime,
) -> Iterator[Piece]:
    """Yield the time from `start` until before `end` piece by piece, in its order and without a gap."""
    first, last = to_ms(start), to_ms(end)
    windows = ((to_ms(begin), to_ms(finish)) for begin, finish in maintenance)
    planned = clipped(merged(windows), first, last)
    return _with_maintenance(_without_gaps(_held(marks), first, last), planned)


def _held(marks: Iterable[Mark]) -> Iterator[Piece]:
    """Yield what each mark holds, in order; between two pieces there may be a gap."""
    ordered = sorted(marks, key=lambda mark: mark.at)
    instants = [to_ms(mark.at) for mark in ordered]
    reaches = [
        at + HELD_PERIODS * (mark.holds // timedelta(milliseconds=1))
        for at, mark in zip(instants, ordered, strict=True)
    ]
    following: list[int] = [*instants[1:], *reaches[-1:]]
    for at, until, next_at, condition in zip(
        instants, reaches, following, _conditions(ordered), strict=True
    ):
        yield Piece(at, min(until, next_at), condition)


def _conditions(ordered: Sequence[Mark]) -> list[Condition]:
    """Return what each mark counts as. Backwards: only what comes later tells how a run of failures ended."""
    found: list[Condition] = []
    reached_unhealthy = False
    for mark in reversed(ordered):
        if not mark.known:
            found.append(Condition.UNKNOWN)
            continue
        is_down = mark.status == Level.UNHEALTHY or (mark.failed and reached_unhealthy)
        reached_unhealthy = is_down
        if is_down:
            found.append(Condition.DOWN)
        else:
            degraded = mark.status == Level.DEGRADED
            found.append(Condition.DEGRADED if degraded else Condition.UP)
    return found[::-1]


def _without_gaps(held: Iterable[Piece], first: int, last: int) -> Iterator[Piece]:
    """Yield the pieces that lie between the two instants, and unknown time where there is none."""
    place = first
    for piece in held:
        start, end = max(piece.start, place), min(piece.end, last)
        if start >= end:
            continue
        if place < start:
            yield Piece(place, start, Condition.UNKNOWN)
        yield Piece(start, end, piece.condition)
        place = end
    if place < last:
        yield Piece(place, last, Condition.UNKNOWN)


def _with_maintenance(parts: Iterable[Piece], planned: Sequence[Interval]) -> Iterator[Piece]:
    """Yield the same time, with what was planned cut out of the pieces and put in their place."""
    upcoming = 0
    for part in parts:
        place = part.start
        while upcoming < len(planned) and planned[upcoming][0] < part.end:
            begin, finish = max(planned[upcoming][0], place), min(planned[upcoming][1], part.end)
            if place < begin:
                yield Piece(place, begin, part.condition)
            yield Piece(begin, finish, Condition.MAINTENANCE)
            place = finish
            if planned[upcoming][1] > part.end:
                break
            upcoming += 1
        if place < part.end:
            yield Piece(place, part.end, part.condition)
