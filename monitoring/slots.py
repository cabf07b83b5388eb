"""Slots: a periodic task is for an instant, and a repeat for the same instant writes the same rows."""

from datetime import UTC, datetime, timedelta


def slot_of(at: datetime, period: timedelta) -> datetime:
    """Return the start of the period that `at` falls into, counted from the epoch.

    Raises ValueError if the period is not positive: there is no slot of no length.
    """
    seconds = period.total_seconds()
    if seconds <= 0:
        raise ValueError("the period must be longer than zero")
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, tz=UTC)
