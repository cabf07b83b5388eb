"""The one door for samples: what comes through is committed when the call returns."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from monitoring.ingest import attempts, catalogue, idempotency, newest, tally
from monitoring.ingest.accumulation import Pushed, accumulate, is_increment
from monitoring.ingest.catalogue import Part, Resolved
from monitoring.ingest.histograms import expand
from monitoring.ingest.idempotency import RequestKey
from monitoring.storage import segments
from monitoring.storage.instants import to_ms
from monitoring.storage.window import Window
from monitoring.types import IngestReport, ItemError, MetricType, Origin, Sample

__all__ = ["RequestKey", "after_commit", "ingest"]

logger = logging.getLogger(__name__)

# Called with the samples that were stored, after their commit. What a listener raises is logged and
# counted: the samples are safe, and the sender must not be told otherwise.
after_commit: list[Callable[[Sequence[Sample], Origin], None]] = []


@dataclass(frozen=True, slots=True)
class _Stored:
    report: IngestReport
    samples: Sequence[Sample] = ()


def ingest(
    samples: Sequence[Sample],
    *,
    origin: Origin,
    at: datetime,
    request: RequestKey | None = None,
) -> IngestReport:
    """Store samples received at `at`; when this returns, they are committed.

    One transaction holds the series, the running totals, the newest values, one segment and, with
    `request`, the answer to it: the same request again is answered with the same report and stores
    nothing. Positions in the report count `samples`; a sample is refused if it contradicts its metric's
    type, would be a new series beyond the limits, or lies outside the window of receipt.

    Raises DatabaseUnavailableError if PostgreSQL is away, ConflictError if the request's key stands for
    another body, RuntimeError within a transaction of the caller.
    """
    if request is not None:
        idempotency.check(request)
    stored = attempts.run(partial(_store, samples, at, request), received_at=at)
    _count(stored, origin)
    for listener in after_commit if stored.samples else ():
        try:
            listener(stored.samples, origin)
        except Exception:
            logger.exception("samples stored, but not passed on", extra={"origin": origin})
            tally.count(tally.TEE_FAILURES, {"origin": origin})
    return stored.report


def _store(samples: Sequence[Sample], at: datetime, request: RequestKey | None) -> _Stored:
    """Do all that has to be in one transaction."""
    if request is not None:
        before = idempotency.find(request)
        if before is not None:
            return _Stored(before)
    parts, outside = _parts(samples, Window.around(at))
    resolved = catalogue.resolve(parts)
    rejected = sorted([*outside, *resolved.rejected], key=_position)
    refused = {error.index for error in rejected}
    accepted = [sample for index, sample in enumerate(samples) if index not in refused]
    report = IngestReport(len(accepted), tuple(rejected))
    if request is not None:
        idempotency.claim(request, report, at=at)
    if resolved.parts:
        _write(resolved, at)
    return _Stored(report, accepted)


def _parts(samples: Sequence[Sample], window: Window) -> tuple[list[Part], list[ItemError]]:
    """Return what is to be stored, histograms taken apart, and what no reader would find."""
    parts: list[Part] = []
    outside: list[ItemError] = []
    for position, sample in enumerate(samples):
        if not window.holds(to_ms(sample.at)):
            message = "the sample lies outside the last 24 hours and the next 5 minutes"
            outside.append(ItemError(position, message, "timestamp"))
        elif sample.type is MetricType.HISTOGRAM:
            parts += [Part(position, part) for part in expand(sample)]
        else:
            parts.append(Part(position, sample))
    return parts, outside


def _write(resolved: Resolved, at: datetime) -> None:
    before = newest.lock({series for _, series in resolved.parts})
    after = dict(before)
    pushed = (
        Pushed(series.id, to_ms(part.sample.at), part.sample.value, is_increment(part.sample))
        for part, series in resolved.parts
    )
    batch = accumulate(pushed, after, latest_ms=Window.around(at).latest_ms)
    newest.move(before, after)
    segments.write(batch.series, batch.at_ms, batch.values, received_at=at)


def _position(error: ItemError) -> int:
    return error.index


def _count(stored: _Stored, origin: Origin) -> None:
    report = stored.report
    if report.replayed:
        outcomes = {"replayed": report.stored}
    else:
        outcomes = {"stored": report.stored, "rejected": len(report.rejected)}
    for outcome, number in outcomes.items():
        if number:
            tally.count(tally.SAMPLES, {"origin": origin, "outcome": outcome}, number)
