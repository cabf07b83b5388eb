"""Which services are due: each once in its own interval, and all of them spread over time. Pure."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """What decides when a service comes next.

    `checked_at` is the slot of its last probe, None before the first; `since` is when it began to be watched.
    """

    name: str
    interval: timedelta
    checked_at: datetime | None = None
    since: datetime | None = None


def phase_of(name: str, interval: timedelta) -> timedelta:
    """Return where in its interval a service is probed: in whole milliseconds, the same in every process.

    Without it, hundreds of services with one interval would all be asked in the same second.

    Raises ValueError if the interval is shorter than a millisecond.
    """
    milliseconds = interval // _MILLISECOND
    if milliseconds < 1:
        raise ValueError("an interval is at least a millisecond")
    return zlib.crc32(name.encode()) % milliseconds * _MILLISECOND


def slot_for(name: str, interval: timedelta, at: datetime) -> datetime:
    """Return the slot of the service that `at` falls into: the last instant at which it fell due.

    Exact whatever the interval is: no floating point is involved.
    """
    phase = phase_of(name, interval)
    periods = (at - _EPOCH - phase) // interval
    return _EPOCH + phase + periods * interval


def far_ahead(slot: datetime, interval: timedelta) -> datetime:
    """Return after which instant a probe was made before the clock was set back.

    Clocks of several machines differ by less than an interval.
    """
    return slot + 2 * interval


def supersedes(slot: datetime, last: datetime | None, interval: timedelta) -> bool:
    """Tell whether a probe for `slot` is news beside one for `last`; None: there was none.

    A last one that lies far ahead does not count: else a service would not be looked at until the clock has caught
    up with where it was before it was set back.
    """
    return last is None or last < slot or last > far_ahead(slot, interval)


def due_slot(turn: Turn, at: datetime) -> datetime | None:
    """Return the slot that the service is to be probed for at `at`, None if it had its probe.

    The first slot is cut off at the ms in which the service began: nothing is told of the time before, however long
    its interval. Slots are whole ms, as samples are, so that a probe and its samples have one instant.
    """
    slot = slot_for(turn.name, turn.interval, at)
    if turn.checked_at is None and turn.since is not None and slot < turn.since <= at:
        slot = turn.since - timedelta(microseconds=turn.since.microsecond % 1_000)
    return slot if supersedes(slot, turn.checked_at, turn.interval) else None
