"""Instants as the storage keeps them: whole milliseconds since 1970-01-01 UTC.

Pure and exact: integer arithmetic only, because `timestamp() * 1000` rounds some milliseconds down.
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(at: datetime) -> int:
    """Return the millisecond that the aware instant falls into.

    Raises TypeError for an instant without a zone: it names no point in time.
    """
    return (at - EPOCH) // _MILLISECOND


def from_ms(at_ms: int) -> datetime:
    """Return the start of the millisecond as an aware UTC instant.

    Raises OverflowError outside the years 1 to 9999.
    """
    return EPOCH + timedelta(milliseconds=at_ms)
