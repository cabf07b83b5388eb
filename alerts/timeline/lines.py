"""Lines of a timeline, put in order and cut into pages. Pure: no Django, no clock, no database."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from monitoring.errors import InvalidInputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CURSOR = re.compile(r"([0-9]{1,18})-([0-9])-([0-9]{1,18})")  # each within what the database counts


class Origin(IntEnum):
    """Where lines come from; of one instant they stand in this order: what happened, then who was told."""

    EVENT = 0
    ATTEMPT = 1
    SETTLED = 2
    RECEIPT = 3


class Place(NamedTuple):
    """Where a line stands among all others: no two lines share one, so a page may begin after any."""

    at: datetime
    origin: Origin
    number: int


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened; `actor` is the person, none if by itself, `via` a door or a channel."""

    place: Place
    kind: str
    text: str
    actor: str = ""
    via: str = ""
    alert: UUID | None = None

    @property
    def at(self) -> datetime:
        """Return when it happened."""
        return self.place.at


@dataclass(frozen=True, slots=True)
class LinePage:
    """Some lines in their order; `after` is where the next page begins, None if this is the last."""

    lines: list[Line]
    after: Place | None


def page_of_lines(origins: Iterable[Sequence[Line]], *, limit: int) -> LinePage:
    """Merge lines, each origin in its own order, and return the first `limit` of them.

    Each origin has to bring `limit + 1` lines where it has as many: one more than the page holds
    tells that another page follows.
    """
    lines = list(islice(merge(*origins, key=attrgetter("place")), limit + 1))
    if len(lines) <= limit:
        return LinePage(lines, None)
    return LinePage(lines[:limit], lines[limit - 1].place)


def written(place: Place) -> str:
    """Return the place as a cursor: microseconds since 1970, origin and number."""
    return f"{(place.at - _EPOCH) // _MICROSECOND}-{place.origin:d}-{place.number}"


def place_of(cursor: str) -> Place:
    """Return the place that a cursor names. Raises InvalidInputError for anything that is none."""
    match = _CURSOR.fullmatch(cursor)
    place = _place(*map(int, match.groups())) if match else None
    if place is None:
        message = "after must be a cursor of the page before, as its `next` has it"
        raise InvalidInputError(message, details={"after": [message]})
    return place


def _place(microseconds: int, origin: int, number: int) -> Place | None:
    try:
        return Place(_EPOCH + microseconds * _MICROSECOND, Origin(origin), number)
    except (ValueError, OverflowError):
        return None
