"""When a job that should call is late: cron expressions in a time zone, or a period; with a grace. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from health.status import Finding, Level


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job has to call: by its cron expression, else at least once a period; neither: whenever it likes."""

    cron: str = ""
    time_zone: str = "UTC"
    period: timedelta | None = None
    grace: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Calls:
    """What a job has told so far; `last_at` is its last call that was no start, `error` what that one reported."""

    watched_since: datetime
    last_at: datetime | None = None
    error: str = ""
    running_since: datetime | None = None


def next_call(schedule: Schedule, after: datetime) -> datetime | None:
    """Return when the first call after `after` is due, in UTC; None if never.

    Cron expressions follow the clock on the wall of their time zone, as Debian's cron does: a run at an hour that
    is skipped in spring is due right after the gap, one at an hour that comes twice in autumn is due once.

    Raises ValueError for what is no cron expression or no time zone.
    """
    if not schedule.cron:
        return None if schedule.period is None else after + schedule.period
    try:
        local = after.astimezone(ZoneInfo(schedule.time_zone))
        due = next(CronSim(schedule.cron, local), None)
    except (CronSimError, OSError, KeyError, ValueError) as error:
        raise ValueError(
            f"no schedule: {schedule.cron!r} in the time zone {schedule.time_zone!r}"
        ) from error
    return None if due is None else due.astimezone(UTC)


def due_by(schedule: Schedule, calls: Calls) -> datetime | None:
    """Return the last instant at which the next call is in time, None if no call is owed.

    A job that says in time that it has begun must end within the grace from then on: one that hangs is late, too.
    A start that comes too late mends nothing; only the end does.

    Raises ValueError as `next_call` does.
    """
    due = next_call(schedule, calls.last_at or calls.watched_since)
    if due is None:
        return None
    latest = due + schedule.grace
    began = calls.running_since
    if began is not None and began <= latest:
        return began + schedule.grace
    return latest


def judge_heartbeat(schedule: Schedule, calls: Calls, *, at: datetime) -> Finding:
    """Return how the job stands at `at`; a reported failure counts until the next success.

    One that never called is not called healthy, nor unhealthy before its first call is late.
    """
    if calls.error:
        return Finding(Level.UNHEALTHY, calls.error)
    try:
        latest = due_by(schedule, calls)
    except ValueError as error:
        return Finding(Level.DEGRADED, str(error))
    if latest is not None and at > latest:
        return Finding(Level.UNHEALTHY, _why_late(calls, latest))
    if calls.last_at is None:
        return Finding(Level.DEGRADED, "not called yet")
    return Finding(Level.HEALTHY)


def _why_late(calls: Calls, latest: datetime) -> str:
    began = calls.running_since
    if began is not None and began <= latest:
        return f"began at {_clock(began)} and has not ended by {_clock(latest)}"
    last = "never called" if calls.last_at is None else f"last call {_clock(calls.last_at)}"
    return f"no call by {_clock(latest)} ({last})"


def _clock(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
