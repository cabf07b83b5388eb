"""One pushed request, an object or an array, on its way to the one door."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from monitoring.api.parsers import decode_json
from monitoring.errors import ForbiddenError, InvalidInputError, PayloadTooLargeError
from monitoring.ingest.door import RequestKey, ingest, ingest_wire
from monitoring.ingest.json_columns import UnusualError, columns_of
from monitoring.ingest.validation import parse_items
from monitoring.metrics_api.ownership import foreign_items, has_foreign
from monitoring.metrics_api.selectors import first_received_at
from monitoring.types import IngestReport, ItemError, Origin

_MAX_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Sender:
    """Who pushes: the token's subject, the service it speaks for if any, and the key of this request."""

    client: str
    writer: str | None = None
    request: RequestKey | None = None


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of a request: samples committed, items refused by their index in the body."""

    stored: int
    rejected: tuple[ItemError, ...] = ()
    replayed: bool = False
    is_batch: bool = True
    is_spooled: bool = False


def push(body: bytes, sender: Sender, *, at: datetime) -> PushResult:
    """Store what is good in the JSON `body`; when this returns, it is committed.

    The sender's service fills a missing service_name. Raises ForbiddenError if a single object names
    another service, InvalidInputError if the body is no JSON or nothing at all could be stored,
    PayloadTooLargeError if the array is too long, ConflictError, and DatabaseUnavailableError.
    """
    # A repeat is judged by the first one's clock.
    at = (sender.request and first_received_at(sender.request)) or at
    result = _push_usual(body, sender, at) or _push_patiently(body, sender, at)
    if not result.stored:
        raise InvalidInputError("nothing was stored", details=rejection_details(result.rejected))
    return result


def rejection_details(rejected: Sequence[ItemError]) -> dict[str, Any]:
    """Return the refused items as the API names them."""
    return {
        "rejected": [
            {"index": item.index, "error": item.message, "field": item.field} for item in rejected
        ]
    }


def sender_of(*, client: str, writer: str | None, key: str | None, body: bytes) -> Sender:
    """Return who pushes, with the key under which the request is answered once, if there is one.

    The key stands for the body byte by byte and for whom it speaks for: a repeat that is written in
    another way is another request. Raises InvalidInputError if the key is not 1 to 255 printable ASCII
    characters.
    """
    if key is None:
        return Sender(client, writer)
    if not (0 < len(key) <= _MAX_KEY_LENGTH and key.isascii() and key.isprintable()):
        raise InvalidInputError("Idempotency-Key has 1 to 255 printable ASCII characters")
    content = hashlib.sha256(body)
    content.update(f"\n{writer or ''}".encode())
    return Sender(client, writer, RequestKey(client, key, content.hexdigest()))


def _push_usual(body: bytes, sender: Sender, at: datetime) -> PushResult | None:
    """Store an array of well-formed items of one's own; None if it is anything else."""
    columns = columns_of(body, default_service=sender.writer, at=at)
    if columns is None or has_foreign(columns.services, sender.writer):
        return None
    _check_length(len(columns.wire))
    try:
        report = ingest_wire(
            columns.wire, origin=Origin.PUSH, at=at, client=sender.client, request=sender.request
        )
    except UnusualError:
        return None
    return PushResult(report.stored, report.rejected, report.replayed, is_spooled=report.is_spooled)


def _push_patiently(body: bytes, sender: Sender, at: datetime) -> PushResult:
    """Store what is good item by item, and name what is wrong with each other one."""
    content = decode_json(body)
    is_batch = isinstance(content, list)
    items = content if is_batch else [content]
    if not items or not (is_batch or isinstance(content, dict)):
        raise InvalidInputError("the body is one sample, or an array of at least one")
    _check_length(len(items))
    foreign = foreign_items(items, sender.writer)
    if foreign and not is_batch:
        raise ForbiddenError(foreign[0].message)
    barred = {error.index for error in foreign}
    own = [index for index in range(len(items)) if index not in barred]
    samples, positions, malformed = parse_items(
        [items[index] for index in own], default_service=sender.writer, at=at
    )
    report = IngestReport(stored=0)
    if samples:
        report = ingest(
            samples, origin=Origin.PUSH, at=at, client=sender.client, request=sender.request
        )
    rejected = [
        *foreign,
        *(_at(own[error.index], error) for error in malformed),
        *(_at(own[positions[error.index]], error) for error in report.rejected),
    ]
    rejected.sort(key=_by_index)
    return PushResult(
        report.stored, tuple(rejected), report.replayed, is_batch, is_spooled=report.is_spooled
    )


def _check_length(items: int) -> None:
    if items > settings.MAX_BATCH_SAMPLES:
        raise PayloadTooLargeError(f"at most {settings.MAX_BATCH_SAMPLES} samples a request")


def _at(index: int, error: ItemError) -> ItemError:
    return ItemError(index, error.message, error.field)


def _by_index(error: ItemError) -> int:
    return error.index
