"""Five minutes at a time: the grid on which uptime is kept."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from health.sla.accounting import Piece, Spans, spans_of
from monitoring.storage.instants import from_ms, to_ms

BUCKET = timedelta(minutes=5)
BUCKET_MS = BUCKET // timedelta(milliseconds=1)


def bucket_of(at: datetime) -> datetime:
    """Return the begin of the bucket that the instant falls into, in UTC."""
    milliseconds = to_ms(at)
    return from_ms(milliseconds - milliseconds % BUCKET_MS)


def bucket_starts(start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the begins of the buckets between the one of `start` and before the one of `end`."""
    place, last = bucket_of(start), bucket_of(end)
    while place < last:
        yield place
        place += BUCKET


def by_bucket(parts: Iterable[Piece]) -> dict[datetime, Spans]:
    """Return the spans of each bucket that the pieces, which come in order and without a gap, touch."""
    found: dict[datetime, Spans] = {}
    inside: list[Piece] = []
    for part in _cut(parts):
        if inside and inside[0].start // BUCKET_MS != part.start // BUCKET_MS:
            found[_start_of(inside[0])] = spans_of(inside)
            inside = []
        inside.append(part)
    if inside:
        found[_start_of(inside[0])] = spans_of(inside)
    return found


def _cut(parts: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the pieces cut where a bucket ends."""
    for part in parts:
        place = part.start
        while place < part.end:
            end = min(part.end, place - place % BUCKET_MS + BUCKET_MS)
            yield Piece(place, end, part.condition)
            place = end


def _start_of(part: Piece) -> datetime:
    return from_ms(part.start - part.start % BUCKET_MS)
