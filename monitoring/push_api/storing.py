"""From a parsed request to the one door, and what the sender is told about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitoring.errors import InvalidInputError
from monitoring.ingest import tally
from monitoring.ingest.door import RequestKey, ingest_wire
from monitoring.ingest.formats.parsed import Parsed
from monitoring.types import IngestReport, ItemError, Origin

_SHOWN = 100  # refused items that an answer lists


@dataclass(frozen=True, slots=True)
class Outcome:
    """Samples committed, and items (lines, samples, data points) refused, each with its first reason."""

    stored: int
    refused: tuple[ItemError, ...]


def store(
    parsed: Parsed, *, client: str, at: datetime, request: RequestKey | None = None
) -> Outcome:
    """Store what is good; when this returns, it is committed.

    Raises DatabaseUnavailableError or OverloadedError: then nothing is stored, and the client may send
    the same again.
    """
    report = IngestReport(stored=0)
    if len(parsed.wire):
        report = ingest_wire(parsed.wire, origin=Origin.PUSH, at=at, client=client, request=request)
    for reason, number in parsed.skipped.items():
        tally.count(tally.SKIPPED, {"reason": reason}, number)
    return Outcome(report.stored, _by_item(parsed, report))


def refuse(outcome: Outcome, *, item: str) -> None:
    """Raise InvalidInputError if something was refused for good; `item` is what the sender calls one."""
    if not outcome.refused:
        return
    first = outcome.refused[0]
    raise InvalidInputError(
        f"{outcome.stored} samples are stored, {len(outcome.refused)} refused;"
        f" {item} {first.index}: {first.message}",
        details={
            "stored": outcome.stored,
            "rejected": [_shown(error, item) for error in outcome.refused[:_SHOWN]],
        },
    )


def _by_item(parsed: Parsed, report: IngestReport) -> tuple[ItemError, ...]:
    first: dict[int, ItemError] = {error.index: error for error in parsed.errors}
    for error in report.rejected:
        number = int(parsed.items[error.index])
        first.setdefault(number, ItemError(number, error.message, error.field))
    return tuple(first[number] for number in sorted(first))


def _shown(error: ItemError, item: str) -> dict[str, Any]:
    return {item: error.index, "error": error.message, "field": error.field}
