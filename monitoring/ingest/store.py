"""What one transaction does with the samples of one or several requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitoring.ingest import guard, idempotency
from monitoring.ingest.addressing import Addressed, Met, address
from monitoring.ingest.draft import Draft
from monitoring.ingest.idempotency import RequestKey
from monitoring.ingest.series_cache import CACHE, Generation
from monitoring.ingest.wire import Wire
from monitoring.storage.window import Window
from monitoring.types import IngestReport


@dataclass(frozen=True, slots=True)
class Push:
    """The samples of one request, who sent them and, if the client named one, its key."""

    wire: Wire
    client: str = ""
    request: RequestKey | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a request, and the positions of its samples that were stored just now."""

    report: IngestReport
    positions: Sequence[int] = ()


def store(pushes: Sequence[Push], *, at: datetime) -> list[Stored]:
    """Do all that has to be in one transaction; return what became of each push, in their order.

    All count as received at `at`, and their samples go into one segment. Raises AgainError where a new
    transaction may succeed.
    """
    generation = CACHE.current
    met = [Met(push.wire, generation) for push in pushes]
    guard.check(generation, max(filter(None, (each.highest() for each in met)), default=None))
    draft = Draft()
    results = [
        _add(push, known, draft, generation=generation, at=at)
        for push, known in zip(pushes, met, strict=True)
    ]
    draft.write(at)
    return results


def _add(push: Push, met: Met, draft: Draft, *, generation: Generation, at: datetime) -> Stored:
    if push.request is not None:
        before = idempotency.find(push.request)
        if before is not None:
            return Stored(before)
    addressed = address(
        push.wire, met, Window.around(at), generation=generation, client=push.client
    )
    stored = _result(addressed)
    if push.request is not None:
        idempotency.claim(push.request, stored.report, at=at)
    draft.add(push.wire, addressed)
    return stored


def _result(addressed: Addressed) -> Stored:
    total, refused = len(addressed.codes), addressed.refused
    rejected = tuple(refused[position] for position in sorted(refused))
    positions: Sequence[int] = range(total)
    if refused:
        positions = [position for position in positions if position not in refused]
    return Stored(IngestReport(len(positions), rejected), positions)
