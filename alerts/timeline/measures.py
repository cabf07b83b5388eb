"""How long people took: MTTA and MTTR, defined once. Pure: no Django, no clock, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median

_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Course:
    """The three instants of one incident; None for what has not happened."""

    detected_at: datetime
    first_act_at: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean and the median of some spans; the median shows when one long night made the mean."""

    count: int
    mean: timedelta | None
    median: timedelta | None


@dataclass(frozen=True, slots=True)
class Measures:
    """What a period was like: how many incidents, and the spread of both spans."""

    incidents: int
    acknowledge: Spread
    resolve: Spread


def time_to_acknowledge(course: Course) -> timedelta | None:
    """Return how long nobody did anything, None while that is so.

    From the detection (the first breach of the incident's alerts) until the first thing that a person did:
    acknowledged one of its alerts, opened it, moved it on, wrote something down. What a person did
    before the incident was detected, such as an acknowledgement of an alert that joined later, counts as zero.
    """
    return _since(course.detected_at, course.first_act_at)


def time_to_resolve(course: Course) -> timedelta | None:
    """Return how long it lasted, from the detection to the resolution; None while it lasts."""
    return _since(course.detected_at, course.resolved_at)


def measures_of(courses: Iterable[Course]) -> Measures:
    """Return MTTA (mean time to acknowledge) and MTTR (mean time to resolve) of some incidents.

    An incident belongs to the period in which it was detected. One that nobody has touched yet is
    in no mean of the first, one that lasts in none of the second: `count` says how many are.
    """
    known = list(courses)
    return Measures(
        incidents=len(known),
        acknowledge=_spread([each for each in map(time_to_acknowledge, known) if each is not None]),
        resolve=_spread([each for each in map(time_to_resolve, known) if each is not None]),
    )


def _since(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else max(_NONE, end - start)


def _spread(spans: Sequence[timedelta]) -> Spread:
    if not spans:
        return Spread(0, None, None)
    seconds = [span.total_seconds() for span in spans]
    return Spread(len(spans), timedelta(seconds=fmean(seconds)), timedelta(seconds=median(seconds)))
