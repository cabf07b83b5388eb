"""Periods in days of UTC: what is read by the day, what at the edges by the bucket, and how it is called."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from health.sla.buckets import bucket_of

DAY = timedelta(days=1)

Interval = tuple[datetime, datetime]


def day_of(at: datetime) -> datetime:
    """Return the midnight (UTC) with which the day of the instant begins."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def whole_days(start: datetime, end: datetime) -> list[datetime]:
    """Return the midnights of the days (UTC) that lie wholly between the two instants."""
    first = day_of(start) if day_of(start) == start else day_of(start) + DAY
    return [first + number * DAY for number in range(max(0, (end - first) // DAY))]


def edges(start: datetime, end: datetime) -> Iterator[Interval]:
    """Yield what `whole_days` leaves over: what comes before the first and after the last."""
    days = whole_days(start, end)
    if not days:
        if start < end:
            yield start, end
        return
    if start < days[0]:
        yield start, days[0]
    if days[-1] + DAY < end:
        yield days[-1] + DAY, end


def on_the_grid(start: datetime, end: datetime) -> Interval:
    """Return the period as whole buckets: each bucket belongs to the period in which it begins.

    Both ends go back to the begin of their bucket, so that periods that follow one another share none and miss
    none, and the bucket that is not over yet is left out.
    """
    return bucket_of(start), bucket_of(end)


def label_of(start: datetime, end: datetime) -> str:
    """Return how long a period is, in whole days if it is, such as `30d`, else in hours or minutes."""
    minutes = (end - start) // timedelta(minutes=1)
    if minutes % 1_440 == 0:
        return f"{minutes // 1_440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
