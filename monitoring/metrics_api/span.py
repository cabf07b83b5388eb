"""The stretch of time that a read asks for. Pure: no Django, no clock, no database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitoring.errors import InvalidInputError
from monitoring.storage.instants import EPOCH, to_ms

LONGEST_SPAN = timedelta(days=31)
_MILLISECOND = timedelta(milliseconds=1)
# No sample lies beyond, and the margins around a span stay within what a datetime can say.
_LAST_MS = to_ms(datetime(9000, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`. Raises InvalidInputError if it is empty or longer than `longest`, 31 days."""

    start: datetime
    end: datetime
    longest: timedelta = LONGEST_SPAN

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise InvalidInputError("the range must start before it ends")
        if self.end - self.start > self.longest:
            raise InvalidInputError(f"a range spans at most {self.longest.days} days here")

    @property
    def first_ms(self) -> int:
        """Return the first whole millisecond of the span; no sample is older than 1970."""
        return min(max(0, -((EPOCH - self.start) // _MILLISECOND)), _LAST_MS)

    @property
    def last_ms(self) -> int:
        """Return the last whole millisecond of the span."""
        return min(max(0, to_ms(self.end)), _LAST_MS)
