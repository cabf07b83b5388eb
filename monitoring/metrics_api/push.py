"""One pushed request, an object or an array, on its way to the one door."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from monitoring.errors import ForbiddenError, InvalidInputError, PayloadTooLargeError
from monitoring.ingest.door import RequestKey, ingest
from monitoring.ingest.validation import parse_items
from monitoring.metrics_api.ownership import foreign_items
from monitoring.metrics_api.selectors import first_received_at
from monitoring.types import IngestReport, ItemError, Origin

_MAX_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True)
class PushResult:
    """What became of a request: samples committed, items refused by their index in the body."""

    stored: int
    rejected: tuple[ItemError, ...] = ()
    replayed: bool = False


def push(
    body: object, *, writer: str | None, at: datetime, request: RequestKey | None
) -> PushResult:
    """Store what is good in `body`; when this returns, it is committed.

    `writer` is the service that the request speaks for; it fills a missing service_name. Raises
    ForbiddenError if a single object names another service, InvalidInputError if nothing at all
    could be stored, PayloadTooLargeError if the array is too long, and DatabaseUnavailableError.
    """
    items = _items_of(body)
    at = (
        request and first_received_at(request)
    ) or at  # a repeat is judged by the first one's clock
    foreign = foreign_items(items, writer)
    if foreign and not isinstance(body, list):
        raise ForbiddenError(foreign[0].message)
    result = _store(items, foreign, writer=writer, at=at, request=request)
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


def request_key(header: str | None, *, client: str, body: object) -> RequestKey | None:
    """Return the key under which this request is answered once; None without the header.

    Raises InvalidInputError if the key is not 1 to 255 printable ASCII characters.
    """
    if header is None:
        return None
    if not (0 < len(header) <= _MAX_KEY_LENGTH and header.isascii() and header.isprintable()):
        raise InvalidInputError("Idempotency-Key has 1 to 255 printable ASCII characters")
    content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return RequestKey(client, header, hashlib.sha256(content).hexdigest())


def _items_of(body: object) -> list[object]:
    if isinstance(body, dict):
        return [body]
    if not isinstance(body, list) or not body:
        raise InvalidInputError("the body is one sample, or an array of at least one")
    if len(body) > settings.MAX_BATCH_SAMPLES:
        raise PayloadTooLargeError(f"at most {settings.MAX_BATCH_SAMPLES} samples a request")
    return body


def _store(
    items: list[object],
    foreign: list[ItemError],
    *,
    writer: str | None,
    at: datetime,
    request: RequestKey | None,
) -> PushResult:
    barred = {error.index for error in foreign}
    own = [index for index in range(len(items)) if index not in barred]
    samples, positions, malformed = parse_items(
        [items[index] for index in own], default_service=writer, at=at
    )
    report = IngestReport(stored=0)
    if samples:
        report = ingest(samples, origin=Origin.PUSH, at=at, request=request)
    rejected = [
        *foreign,
        *(_at(own[error.index], error) for error in malformed),
        *(_at(own[positions[error.index]], error) for error in report.rejected),
    ]
    return PushResult(report.stored, tuple(sorted(rejected, key=_by_index)), report.replayed)


def _at(index: int, error: ItemError) -> ItemError:
    return ItemError(index, error.message, error.field)


def _by_index(error: ItemError) -> int:
    return error.index
