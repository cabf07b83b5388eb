"""Jobs that call us: notes their calls, and looks whether one is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from health.models import ServiceHealth, ServiceState, WatchedService
from health.services.recording import Record, keep, lock_states, record_of
from health.status import Finding, Level, Standing
from health.watching.due import supersedes
from health.watching.heartbeat import Calls, Schedule, judge_heartbeat
from monitoring.errors import NotFoundError


class HeartbeatNotFoundError(NotFoundError):
    """No heartbeat has this key."""


@dataclass(frozen=True, slots=True)
class Call:
    """The end of a run: `error` says what went wrong, empty after a success; `exit_code` where the job told it."""

    error: str = ""
    exit_code: int | None = None


SUCCESS = Call()
FAILURE = Call("the job reports that it failed")


def exited(exit_code: int) -> Call:
    """Return the call of a job that ended with an exit code; any but zero is a failure."""
    error = f"the job ended with exit code {exit_code}" if exit_code else ""
    return Call(error, exit_code)


def note_start(key: UUID, *, at: datetime) -> None:
    """Note that the job has begun; a second start before an end begins anew.

    Raises HeartbeatNotFoundError.
    """

    def start() -> list[Record]:
        service = _hold(key)
        state = _state_of(service)
        if state is None and service.enabled:
            return [_look(service, None, at, running_since=at)]
        ServiceState.objects.filter(pk=service.pk).update(running_since=at)
        return []

    keep(start, at=at)


def note_call(key: UUID, call: Call, *, at: datetime) -> None:
    """Note that the job has ended, well or not, and settle at once where it stands; each run has a row of history.

    The time since its start is its response time. Of a disabled service only the call itself is kept, so that it is
    not late once it is enabled again. Raises HeartbeatNotFoundError.
    """
    told = {"last_heartbeat_at": at, "heartbeat_error": call.error, "running_since": None}

    def end() -> list[Record]:
        service = _hold(key)
        state = _state_of(service)
        if not service.enabled:
            ServiceState.objects.filter(pk=service.pk).update(**told)
            return []
        took = {"response_time_ms": None if state is None else _elapsed_ms(state, at)}
        return [_look(service, state, at, exit_code=call.exit_code, **told, **took)]

    keep(end, at=at)


def look_at_heartbeats(
    services: Sequence[WatchedService], slots: Mapping[str, datetime], *, at: datetime
) -> list[ServiceHealth]:
    """Settle where each job stands at its slot and return the new history rows.

    After a call for a later instant than the slot there is no news.
    """
    if not services:
        return []

    def settle_all() -> list[Record]:
        states = lock_states([service.name for service in services])
        return [
            _look(service, states[service.name], slots[service.name])
            for service in services
            if service.name in states
            and _is_news(service, states[service.name], slots[service.name])
        ]

    return [record.row for record in keep(settle_all, at=at)]


def _look(
    service: WatchedService,
    state: ServiceState | None,
    at: datetime,
    *,
    exit_code: int | None = None,
    **told: Any,
) -> Record:
    """Return the rows for where the job stands at `at`; `told` are columns of the state that a call changes."""
    calls = Calls(
        watched_since=service.created_at,
        last_at=told.get("last_heartbeat_at", state and state.last_heartbeat_at),
        error=told.get("heartbeat_error", state.heartbeat_error if state else ""),
        running_since=told.get("running_since", state and state.running_since),
    )
    finding = judge_heartbeat(schedule_of(service), calls, at=at)
    elapsed_ms = told.get("response_time_ms")
    row = ServiceHealth(
        response_time_ms=None if elapsed_ms is None else round(elapsed_ms),
        checked_at=at,
        failed=finding.level == Level.UNHEALTHY,
        metadata={} if exit_code is None else {"exit_code": exit_code},
    )
    return record_of(service, state, _standing(finding), row, **told)


def schedule_of(service: WatchedService) -> Schedule:
    """Return when the job of a heartbeat has to call."""
    period = service.heartbeat_period_seconds
    return Schedule(
        service.heartbeat_cron,
        service.heartbeat_time_zone,
        None if period is None else timedelta(seconds=period),
        timedelta(seconds=service.heartbeat_grace_seconds),
    )


def _standing(finding: Finding) -> Standing:
    """Return the standing at once: a call that did not come is no matter of chance, as a lost packet is."""
    failed = finding.level == Level.UNHEALTHY
    return Standing(finding.level, finding.error, int(failed), int(not failed))


def _is_news(service: WatchedService, state: ServiceState | None, slot: datetime) -> bool:
    return supersedes(slot, None if state is None else state.checked_at, service.interval)


def _elapsed_ms(state: ServiceState, at: datetime) -> float | None:
    if state.running_since is None:
        return None
    return max(0.0, (at - state.running_since) / timedelta(milliseconds=1))


def _hold(key: UUID) -> WatchedService:
    """Return the heartbeat's service, locked as `lock_states` does it: a call and a look never cross."""
    heartbeats = WatchedService.objects.filter(kind=WatchedService.Kind.HEARTBEAT)
    service = heartbeats.select_for_update(no_key=True).filter(heartbeat_key=key).first()
    if service is None:
        raise HeartbeatNotFoundError("no heartbeat has this key")
    return service


def _state_of(service: WatchedService) -> ServiceState | None:
    return ServiceState.objects.filter(pk=service.pk).first()
