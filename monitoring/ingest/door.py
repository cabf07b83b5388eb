"""The one door for samples: what comes through is committed when the call returns."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.db import connection

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest import attempts, grouping, idempotency, tally
from monitoring.ingest.idempotency import RequestKey
from monitoring.ingest.store import Push, Stored, store
from monitoring.ingest.unconfirmed import UnconfirmedError
from monitoring.ingest.wire import Described, Wire, wire_of
from monitoring.spool.keeping import keep, spool_files
from monitoring.types import IngestReport, Origin, Sample

__all__ = ["RequestKey", "Wire", "after_commit", "ingest", "ingest_wire", "ingest_with"]

logger = logging.getLogger(__name__)

# Called with the samples that were stored, after their commit; each is made when it is looked at. What a
# listener raises is logged and counted: the samples are safe, and the sender must not be told otherwise.
after_commit: list[Callable[[Sequence[Sample], Origin], None]] = []


def ingest_wire(
    wire: Wire,
    *,
    origin: Origin,
    at: datetime,
    client: str = "",
    request: RequestKey | None = None,
    may_spool: bool = True,
) -> IngestReport:
    """Store samples received at `at`; when this returns, they are committed.

    One transaction holds the series, the running totals, one segment and, with `request`, the answer to
    it: the same request again is answered with the same report and stores nothing. Positions in the
    report count the samples of `wire`; one is refused if its door refuses it, if its value or instant
    cannot be stored, if it contradicts its metric's type or would be a new series beyond the limits.
    `client` is kept with the series that it is the first to send. Small pushes without a request key
    share a transaction with those of other threads. While PostgreSQL is away pushes go to the spool, if
    there is one and they may: then they are on the disk when this returns.

    Raises DatabaseUnavailableError if neither takes them, ConflictError if the request's key stands for
    another body, RuntimeError within a transaction of the caller.
    """
    if request is not None:
        idempotency.check(request)
    push = Push(wire, client, request)
    try:
        stored = _store(push, origin, at)
    except DatabaseUnavailableError as error:
        files = spool_files() if may_spool and origin is Origin.PUSH else None
        if files is None:
            raise
        in_doubt = isinstance(error, UnconfirmedError) and error.may_be_stored
        return keep(files, push, origin=origin, at=at, in_doubt=in_doubt)
    _announce(stored, wire, origin)
    return stored.report


def ingest(
    samples: Sequence[Sample],
    *,
    origin: Origin,
    at: datetime,
    request: RequestKey | None = None,
    client: str = "",
    may_spool: bool = True,
) -> IngestReport:
    """Store samples that exist as objects, as `ingest_wire` does."""
    return ingest_wire(
        wire_of(samples),
        origin=origin,
        at=at,
        client=client,
        request=request,
        may_spool=may_spool,
    )


def ingest_with(
    write: Callable[[], Sequence[Sample]], *, origin: Origin, at: datetime
) -> IngestReport:
    """Store the samples that `write` returns in one transaction with the rows that it writes: all of it, or nothing.

    After a rollback that a new try may cure it is called again, so it must read anew what it depends on. Raises
    what `write` raises, DatabaseUnavailableError if PostgreSQL does not take all of it, and RuntimeError within a
    transaction of the caller.
    """

    def write_and_store() -> tuple[Wire, Stored]:
        wire = wire_of(write())
        (stored,) = store([Push(wire)], at=at)
        return wire, stored

    wire, stored = attempts.run(write_and_store, received_at=at)
    _announce(stored, wire, origin)
    return stored.report


def _store(push: Push, origin: Origin, at: datetime) -> Stored:
    if origin is Origin.PUSH and _may_share(push):
        return grouping.GROUPS.store(push, at=at)
    (stored,) = attempts.run(partial(store, [push], at=at), received_at=at)
    return stored


def _may_share(push: Push) -> bool:
    """Tell whether others may store the push in their transaction, or this thread theirs."""
    is_small = push.request is None and len(push.wire) <= grouping.MOST_SAMPLES
    return is_small and not connection.in_atomic_block


def _announce(stored: Stored, wire: Wire, origin: Origin) -> None:
    """Count what became of a request, and tell those who listen."""
    _count(stored.report, origin)
    for listener in after_commit if stored.positions else ():
        try:
            listener(Described(wire, stored.positions), origin)
        except Exception:
            logger.exception("samples stored, but not passed on", extra={"origin": origin})
            tally.count(tally.TEE_FAILURES, {"origin": origin})


def _count(report: IngestReport, origin: Origin) -> None:
    if report.replayed:
        outcomes = {"replayed": report.stored}
    else:
        outcomes = {"stored": report.stored, "rejected": len(report.rejected)}
    for outcome, number in outcomes.items():
        if number:
            tally.count(tally.SAMPLES, {"origin": origin, "outcome": outcome}, number)
