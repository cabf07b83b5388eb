"""Sealing: the samples of waiting segments become chunks by series, in one transaction or not at all.

A segment exists exactly as long as it is not sealed, so a seal that is killed anywhere leaves what it found
(ADR 9). One runs at a time; writers go on meanwhile.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from monitoring.storage import (
    locks,
    merging,
    partitions,
    sealing_chunks,
    sealing_marks,
    sealing_segments,
)
from monitoring.storage.merging import Plan, Spans
from monitoring.storage.order import StoredSamples
from monitoring.storage.partitioned_tables import CHUNK, day_of
from monitoring.storage.sealing_segments import Waiting

__all__ = ["SealReport", "seal", "seal_waiting"]

logger = logging.getLogger(__name__)

_SAMPLES_AT_ONCE = 500_000  # merged in memory: about 100 MB
# Encoding takes longer than a query may, and the planner's compiler longer than the queries.
_PATIENCE = """
SET LOCAL statement_timeout = '300s';
SET LOCAL idle_in_transaction_session_timeout = '300s';
SET LOCAL lock_timeout = '60s';
SET LOCAL jit = off
"""


@dataclass(frozen=True, slots=True)
class SealReport:
    """What one seal did.

    `duplicates` were written again before they were sealed, `late` ones fell into closed chunks, which
    were written anew, and `unknown` ones belong to no series of the catalogue and were dropped. With
    `has_more`, further segments were left for the next seal; with `is_busy` another one is at work.
    """

    segments: int = 0
    samples: int = 0
    duplicates: int = 0
    late: int = 0
    unknown: int = 0
    chunks: int = 0
    seconds: float = 0.0
    has_more: bool = False
    is_busy: bool = False


def seal(*, at: datetime, max_samples: int | None = None, is_due: bool = False) -> SealReport:
    """Seal the oldest segments, about `max_samples` (SEAL_MAX_SAMPLES), if that is worth it at `at`.

    It is once SEAL_SAMPLES wait, or one segment for SEAL_AFTER, or if `is_due` says so. Segments younger
    than SEAL_GRACE are left alone: an older write may still be on its way to its commit. Damaged segments
    and chunks stay where they are. Raises VerificationError if a chunk would not hold its samples, and
    whatever the database raises; then nothing has changed. RuntimeError within a transaction.
    """
    started = time.perf_counter()
    with locks.alone(locks.SEALING) as is_alone:
        if not is_alone:
            return SealReport(is_busy=True)
        before = at - settings.SEAL_GRACE
        backlog = sealing_segments.backlog(before)
        if not (is_due or _is_worth_it(backlog, at)):
            return SealReport()
        waiting = sealing_segments.next_ones(before, max_samples or settings.SEAL_MAX_SAMPLES)
        if waiting is None:
            return SealReport()
        _ensure_partitions(waiting)
        report = _seal_patiently(waiting)
    has_more = waiting.samples < backlog.samples
    report = replace(report, has_more=has_more, seconds=time.perf_counter() - started)
    logger.info("segments sealed", extra=asdict(report))
    return report


def seal_waiting(*, at: datetime, budget: timedelta) -> Iterator[SealReport]:
    """Yield the report of one seal after the other, until nothing more is due or the time is used up."""
    deadline = time.monotonic() + budget.total_seconds()
    while True:
        report = seal(at=at)
        yield report
        if not report.has_more or time.monotonic() >= deadline:
            return


def _is_worth_it(backlog: sealing_segments.Backlog, at: datetime) -> bool:
    is_old = backlog.oldest is not None and backlog.oldest < at - settings.SEAL_AFTER
    return is_old or backlog.samples >= settings.SEAL_SAMPLES


def _ensure_partitions(waiting: Waiting) -> None:
    """Create missing days of chunks now: what that locks must not be held for as long as a seal takes."""
    day, last_day = day_of(waiting.t_min), day_of(waiting.t_max)
    while day <= last_day:
        partitions.create(CHUNK, day)
        day += timedelta(days=1)


def _seal_patiently(waiting: Waiting) -> SealReport:
    """Seal in one transaction, in another one if damaged chunks had to be set aside before."""
    while True:
        try:
            with transaction.atomic(durable=True):
                return _seal(waiting)
        except sealing_chunks.DamagedChunksError as damaged:
            sealing_chunks.set_aside(damaged.spans)


def _seal(waiting: Waiting) -> SealReport:
    with connection.cursor() as cursor:
        cursor.execute(_PATIENCE)
    taken = sealing_segments.take(waiting)
    if not taken.segments:
        return SealReport()
    samples = taken.by_series()
    known = _of_known_series(samples)
    late, chunks = _write(known) if len(known.series) else (0, 0)
    if sealing_segments.delete(waiting, taken.segments) != len(taken.segments):
        raise RuntimeError("segments went while they were sealed")
    if len(known.series):
        sealing_marks.mark_rollups_due(known)
        sealing_marks.move_latest(known)
    sealing_marks.note_sealed(taken.newest_xid)
    return SealReport(
        segments=len(taken.segments),
        samples=len(known.series),
        duplicates=len(taken.series) - len(samples.series),
        late=late,
        unknown=len(samples.series) - len(known.series),
        chunks=chunks,
    )


def _of_known_series(samples: StoredSamples) -> StoredSamples:
    """Return the samples without those of series that were removed meanwhile."""
    ids = samples.series[np.flatnonzero(np.diff(samples.series, prepend=-1))]
    unknown = sealing_marks.unknown_series(ids)
    if not unknown:
        return samples
    stays = ~np.isin(samples.series, np.array(unknown, np.int32))
    return samples.at(stays)


def _write(new: StoredSamples) -> tuple[int, int]:
    """Bring samples into chunks; return how many were late, and how many chunks were written."""
    spans = sealing_chunks.touched(new)
    plan = merging.plan(new, spans)
    written = 0
    for part in merging.slices(plan, spans.counts, _SAMPLES_AT_ONCE):
        written += _write_part(new, spans, plan, part)
    return plan.late_samples, written


def _write_part(new: StoredSamples, spans: Spans, plan: Plan, part: merging.Slice) -> int:
    places = plan.rewritten[part.rewritten]
    old = spans.at(places)
    stored, counts = sealing_chunks.read(old)
    samples, group = merging.merge(
        new.at(part.samples),
        stored,
        plan.group[part.samples],
        np.repeat(plan.rewritten_group[part.rewritten], counts),
    )
    return sealing_chunks.replace(old, merging.cut(samples, group, plan.is_open))
