"""Buckets that follow each other put together: from when to when something lasted, and how long exactly; pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from health.reports.periods import BUCKET


@dataclass(frozen=True, slots=True)
class Stretch:
    """Buckets side by side. It lasted `lasted_ms` in all between `start` and `end`, which are edges of buckets."""

    start: datetime
    end: datetime
    lasted_ms: int


@dataclass(frozen=True, slots=True)
class Flip:
    """A change of status with its reason."""

    at: datetime
    status: str
    reason: str = ""


def stretches(buckets: Iterable[tuple[datetime, int]]) -> list[Stretch]:
    """Return the stretches of buckets (start, milliseconds) in order of time; those of zero part them.

    The milliseconds of all stretches add up to those of all buckets: what a list of downtimes says is
    the downtime that the uptime was computed from.
    """
    found: list[Stretch] = []
    for start, lasted_ms in sorted(buckets):
        if lasted_ms == 0:
            continue
        if found and found[-1].end == start:
            before = found[-1]
            found[-1] = replace(before, end=start + BUCKET, lasted_ms=before.lasted_ms + lasted_ms)
        else:
            found.append(Stretch(start, start + BUCKET, lasted_ms))
    return found


def flips_of(stretch: Stretch, flips: Iterable[Flip]) -> list[Flip]:
    """Return the flips to unhealthy that declared a downtime.

    A downtime counts from its first failed probe and is declared some probes later, perhaps in the next bucket.
    """
    latest = stretch.end + BUCKET
    return [
        flip for flip in flips if flip.status == "unhealthy" and stretch.start <= flip.at < latest
    ]
