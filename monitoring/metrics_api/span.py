"""The stretch of time that a read asks for. Pure: no Django, no clock, no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.errors import InvalidInputError

LONGEST_SPAN = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`. Raises InvalidInputError if it is empty or longer than 31 days."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise InvalidInputError("the range must start before it ends")
        if self.end - self.start > LONGEST_SPAN:
            raise InvalidInputError(f"a range spans at most {LONGEST_SPAN.days} days")
