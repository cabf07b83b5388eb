"""Writes of request performance: single requests as rows, and what they add up to as parts of the roll-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from health.models import HealthCursor, PerformanceMetric, PerformanceRollup
from health.models.performance import RollupSource
from health.performance.measured import MeasuredRequest
from health.performance.parts import MINUTE, Part, Place, parts_of, span_start
from health.performance.recorder import Batch
from health.selectors_performance import DAYS_CURSOR

DAY = timedelta(days=1)
_ROWS_A_STATEMENT = 1_000
_LARGEST_INTEGER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Unstored:
    """Rows that have their keys already, so that storing them again after a lost answer is seen."""

    requests: Sequence[PerformanceMetric]
    rollups: Sequence[PerformanceRollup]


def record_requests(requests: Sequence[MeasuredRequest]) -> None:
    """Store requests, each as a row and all of them in the roll-up; when this returns, both are committed.

    Within a caller's transaction they are committed with it.
    """
    parts = parts_of(requests, threshold_ms=settings.APDEX_THRESHOLD_MS)
    _create(Unstored(list(map(_row, requests)), rollups_of(parts)))


def prepared(batch: Batch) -> Unstored:
    """Return the rows of what a process has measured."""
    return Unstored(list(map(_row, batch.requests)), rollups_of(batch.parts))


def store(unstored: Unstored) -> bool:
    """Store rows that may be stored already: a connection can break after the commit, before its answer.

    Return whether they are new. Their roll-up comes with them or not at all.
    """
    try:
        _create(unstored)
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        return False
    return True


def rollups_of(
    parts: Mapping[Place, Part],
    *,
    width: timedelta = MINUTE,
    source: RollupSource = RollupSource.REQUESTS,
) -> list[PerformanceRollup]:
    """Return the rows that say what the parts hold, by place."""
    return [
        PerformanceRollup(
            **place._asdict(),
            source=source,
            width_seconds=int(width.total_seconds()),
            requests=part.requests,
            client_errors=part.client_errors,
            server_errors=part.server_errors,
            satisfied=part.satisfied,
            tolerating=part.tolerating,
            total_ms=part.total_ms,
            slowest_ms=part.slowest_ms,
            latency=part.latency.to_json(),
        )
        for place, part in sorted(parts.items())
    ]


def reopen_days(since: datetime) -> None:
    """Have the days from `since` on, if they were closed, added up again: a part came later than any should."""
    HealthCursor.objects.filter(name=DAYS_CURSOR, at__gt=since).update(at=span_start(since, DAY))


def _create(unstored: Unstored) -> None:
    with transaction.atomic():
        if unstored.rollups:
            reopen_days(min(rollup.starts_at for rollup in unstored.rollups))
        PerformanceMetric.objects.bulk_create(unstored.requests, batch_size=_ROWS_A_STATEMENT)
        PerformanceRollup.objects.bulk_create(unstored.rollups, batch_size=_ROWS_A_STATEMENT)


def _row(request: MeasuredRequest) -> PerformanceMetric:
    return PerformanceMetric(
        service_name=request.service_name,
        endpoint=request.endpoint,
        method=request.method,
        response_time_ms=min(round(request.response_time_ms), _LARGEST_INTEGER),
        status_code=request.status_code,
        timestamp=request.at,
    )
