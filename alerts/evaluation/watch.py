"""How long a rule has been evaluated without a long gap."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Up to here an evaluation that did not take place changes nothing: the breach was seen before it and after it.
SHORTEST_TOLERANCE = timedelta(minutes=5)
TOLERATED_INTERVALS = 3
# After this long without a look, or without a sample, what was only pending begins anew.
RESTART_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Watch:
    """The run of evaluations that this one belongs to.

    `since` is its first instant; `previous` is the evaluation before this one, None if this is the first.
    """

    since: datetime
    previous: datetime | None = None

    def is_behind(self, at: datetime) -> bool:
        """Say whether `at` is no later than the previous evaluation: a repeat, or a clock that was set back."""
        return self.previous is not None and at <= self.previous


def tolerance(interval: timedelta) -> timedelta:
    """Return the longest gap between two evaluations, due every `interval`, that still counts as none."""
    return max(TOLERATED_INTERVALS * interval, SHORTEST_TOLERANCE)


def resume(
    since: datetime | None, previous: datetime | None, *, at: datetime, interval: timedelta
) -> Watch:
    """Return the watch of an evaluation at `at`, from what the rule remembers of the last one.

    A new run begins after a gap above the tolerance: while nobody evaluated, most likely nobody collected
    either, so the silence of a series proves nothing until it has lasted through this run.
    """
    if since is None or previous is None or at - previous > tolerance(interval):
        return Watch(since=at, previous=previous)
    return Watch(since=min(since, at), previous=previous)
