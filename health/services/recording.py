"""Writes down what a round found: states, history, flips and samples, all services at once."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from health.models import ServiceFlip, ServiceHealth, ServiceState, WatchedService
from health.probes.result import ProbeResult
from health.services.samples import samples_of
from health.services.targets import patience_of
from health.services.upstream import Obstacles
from health.status import Finding, Level, Standing, settle
from health.watching.due import supersedes
from monitoring.ingest.door import ingest_with
from monitoring.types import Origin, Sample

logger = logging.getLogger(__name__)

_STATE_FIELDS = [
    "status",
    "since",
    "checked_at",
    "response_time_ms",
    "error_message",
    "behind",
    "consecutive_failures",
    "consecutive_successes",
    "details",
    "certificate_expires_at",
    "last_heartbeat_at",
    "heartbeat_error",
    "running_since",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one probe found for its slot."""

    service: WatchedService
    slot: datetime
    finding: Finding
    result: ProbeResult


@dataclass(frozen=True, slots=True)
class Record:
    """The rows that one outcome becomes."""

    service: WatchedService
    state: ServiceState
    row: ServiceHealth
    flip: ServiceFlip | None
    elapsed_ms: float | None


def record_probes(
    outcomes: Sequence[Outcome], obstacles: Obstacles, *, at: datetime
) -> list[ServiceHealth]:
    """Store the outcomes of one round and return the new history rows; the number of queries is always the same.

    An outcome that is no news (for the slot of the last one, or an older one) is dropped, like that of a service
    that was deleted or disabled meanwhile.
    """

    def settle_all() -> list[Record]:
        states = lock_states([outcome.service.name for outcome in outcomes])
        return [
            _record(outcome, states[outcome.service.name], obstacles)
            for outcome in outcomes
            if _is_news(outcome, states)
        ]

    return [record.row for record in keep(settle_all, at=at)]


def keep(settle_all: Callable[[], list[Record]], *, at: datetime) -> list[Record]:
    """Store the records that `settle_all` returns, rows and samples in one transaction; return them, committed.

    Whoever dies on the way leaves neither, so that the next tick makes up for both. `settle_all` runs within the
    transaction, and again after a rollback that a new try may cure.
    """
    records: list[Record] = []

    def write() -> list[Sample]:
        records[:] = settle_all()
        _write(records)
        return [
            sample
            for each in records
            for sample in samples_of(each.service, each.row, each.elapsed_ms)
        ]

    ingest_with(write, origin=Origin.COLLECTOR, at=at)
    _tell_flips(records)
    return records


def lock_states(names: Iterable[str]) -> dict[str, ServiceState | None]:
    """Return the states of those services that are still watched; nobody else settles them in this transaction.

    The services are locked, not their states: a first state is written by one alone, too.
    """
    watched = WatchedService.objects.filter(pk__in=list(names), enabled=True)
    locked = watched.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
    states: dict[str, ServiceState | None] = dict.fromkeys(locked)
    known = ServiceState.objects.filter(pk__in=states)
    return states | {state.service_id: state for state in known}


def record_of(
    service: WatchedService,
    previous: ServiceState | None,
    standing: Standing,
    row: ServiceHealth,
    **facts: Any,
) -> Record:
    """Return the rows for a standing; `facts` are further columns of the state."""
    state = previous or ServiceState(service=service)
    was = "" if previous is None else state.status
    if was != standing.level:
        state.since = row.checked_at
    state.status, state.checked_at = standing.level, row.checked_at
    state.error_message, state.behind = standing.error, standing.behind
    state.consecutive_failures = standing.consecutive_failures
    state.consecutive_successes = standing.consecutive_successes
    for name, value in facts.items():
        setattr(state, name, value)
    row.service_name, row.status, row.behind = service.name, standing.level, standing.behind
    row.error_message = standing.error or None
    row.consecutive_failures = standing.consecutive_failures
    row.holds_seconds = max(1, round(service.interval.total_seconds()))
    return Record(service, state, row, _flip(was, row), facts.get("response_time_ms"))


def standing_of(state: ServiceState | None) -> Standing | None:
    """Return the standing that a state row holds."""
    if state is None:
        return None
    return Standing(
        Level(state.status),
        state.error_message,
        state.consecutive_failures,
        state.consecutive_successes,
        state.behind,
    )


def _is_news(outcome: Outcome, states: Mapping[str, ServiceState | None]) -> bool:
    if outcome.service.name not in states:
        return False
    state = states[outcome.service.name]
    last = None if state is None else state.checked_at
    return supersedes(outcome.slot, last, outcome.service.interval)


def _record(outcome: Outcome, previous: ServiceState | None, obstacles: Obstacles) -> Record:
    service, result, finding = outcome.service, outcome.result, outcome.finding
    failed = finding.level == Level.UNHEALTHY
    behind = obstacles.before(service.service_name) if failed else ""
    standing = settle(standing_of(previous), finding, patience=patience_of(service), behind=behind)
    elapsed_ms = result.elapsed_ms if result.is_answer else None
    details = dict(result.details)
    row = ServiceHealth(
        response_time_ms=None if elapsed_ms is None else round(elapsed_ms),
        checked_at=outcome.slot,
        failed=failed,
        metadata={"http_status": result.http_status, "details": details},
    )
    return record_of(
        service,
        previous,
        standing,
        row,
        response_time_ms=elapsed_ms,
        details=details,
        certificate_expires_at=result.certificate_expires_at,
    )


def _flip(was: str, row: ServiceHealth) -> ServiceFlip | None:
    if was == row.status:
        return None
    return ServiceFlip(
        service_name=row.service_name,
        at=row.checked_at,
        was=was,
        status=row.status,
        error_message=row.error_message or "",
        behind=row.behind,
    )


def _write(records: Sequence[Record]) -> None:
    """Store the rows; a row of history, or a flip, that is there already stays as it is."""
    if not records:
        return
    ServiceState.objects.bulk_create(
        [record.state for record in records],
        update_conflicts=True,
        unique_fields=["service"],
        update_fields=_STATE_FIELDS,
    )
    ServiceHealth.objects.bulk_create([record.row for record in records], ignore_conflicts=True)
    flips = [record.flip for record in records if record.flip]
    ServiceFlip.objects.bulk_create(flips, ignore_conflicts=True)


def _tell_flips(records: Iterable[Record]) -> None:
    for flip in (record.flip for record in records if record.flip and record.flip.was):
        logger.info(
            "service changed status",
            extra={
                "watched_service": flip.service_name,
                "was": flip.was,
                "status": flip.status,
                "error": flip.error_message,
            },
        )
