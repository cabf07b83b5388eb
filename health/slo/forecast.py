"""When a budget will be spent if it goes on as now."""

from datetime import datetime, timedelta


def exhausted_in(remaining: float, burn: float, window: timedelta) -> timedelta | None:
    """Return how long the budget lasts at this burn rate; None if it outlasts the window.

    `remaining` is the share that is left, `burn` how many budgets a window spends. A budget that is spent lasts no
    time, whatever burns now. What leaves the window at its far end is not counted: a forecast that is late is
    worse than one that is early.
    """
    if remaining <= 0:
        return timedelta(0)
    if burn < remaining:  # also a burn of 0
        return None
    return window * (remaining / burn)


def exhausted_at(
    remaining: float | None, burn: float, window: timedelta, *, at: datetime
) -> datetime | None:
    """Return the instant at which the budget is spent; None if it outlasts the window or nothing was measured."""
    lasts = None if remaining is None else exhausted_in(remaining, burn, window)
    return None if lasts is None else at + lasts
