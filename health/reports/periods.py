"""Which stretch of time a report is about, and the slices in which its charts show it. UTC; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BUCKET = timedelta(minutes=5)
"""A report begins and ends where a bucket of the SLA does: nothing is cut in two."""
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
# As many bars as a page has room for.
_LONGEST_BY_HOUR = timedelta(days=2)
_LONGEST_BY_DAY = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant up to another, which is not in it."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start


def last_finished(period: str, at: datetime) -> Span:
    """Return the last day, week (from Monday) or month that is over at `at`.

    Raises ValueError for any other period. Source: "Report Generation Worker", service specification.
    """
    today = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "daily":
        return Span(today - _DAY, today)
    if period == "weekly":
        monday = today - timedelta(days=today.weekday())
        return Span(monday - _WEEK, monday)
    if period == "monthly":
        first = today.replace(day=1)
        return Span((first - _DAY).replace(day=1), first)
    raise ValueError(f"{period} is no period that comes back")


def is_on_bucket(instant: datetime) -> bool:
    """Tell whether a bucket begins at the instant."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) % BUCKET == timedelta(0)


def slice_width(span: Span) -> timedelta:
    """Return an hour, a day or a week: what one bar of a chart stands for."""
    if span.length <= _LONGEST_BY_HOUR:
        return timedelta(hours=1)
    return _DAY if span.length <= _LONGEST_BY_DAY else _WEEK


def slices(span: Span) -> Iterator[Span]:
    """Yield the slices of a span from its start on; the last may be shorter."""
    width, start = slice_width(span), span.start
    while start < span.end:
        yield Span(start, min(start + width, span.end))
        start += width
