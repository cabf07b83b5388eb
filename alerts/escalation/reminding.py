"""When who acknowledged an alert is reminded of it, and when it is nobody's again."""

from datetime import datetime, timedelta

from alerts.escalation.chain import Chain


def ends_at(chain: Chain, acknowledged_at: datetime) -> datetime | None:
    """Return when the acknowledgement no longer counts; None if it counts for ever."""
    if not chain.unacknowledge_after_seconds:
        return None
    return acknowledged_at + timedelta(seconds=chain.unacknowledge_after_seconds)


def remind_due(chain: Chain, acknowledged_at: datetime, *, after: datetime) -> datetime | None:
    """Return when the alert is looked at next, later than `after`: for a reminder, or for the end.

    Reminders come again and again at the same distance: one that is slept through is none. Those that an
    outage swallowed are not made up for. The end may lie in the past, and is then due at once. None: never.
    """
    end = ends_at(chain, acknowledged_at)
    if not chain.remind_after_seconds:
        return end
    every = timedelta(seconds=chain.remind_after_seconds)
    passed = max(0, (after - acknowledged_at) // every)
    reminder = acknowledged_at + (passed + 1) * every
    return reminder if end is None else min(reminder, end)
