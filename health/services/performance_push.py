"""Requests that another service measured: checked item by item, stored with what they add up to, once."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from health.performance.items import parse_items
from health.performance.measured import MeasuredRequest
from health.services.performance import record_requests
from monitoring.api.parsers import decode_json
from monitoring.errors import (
    DatabaseUnavailableError,
    ForbiddenError,
    InvalidInputError,
    PayloadTooLargeError,
)
from monitoring.ingest import idempotency
from monitoring.ingest.attempts import RivalWonError
from monitoring.ingest.door import RequestKey
from monitoring.metrics_api.ownership import foreign_items
from monitoring.metrics_api.push import rejection_details
from monitoring.types import IngestReport, ItemError

logger = logging.getLogger(__name__)

MAX_ITEMS = 5_000
_RETRY_AFTER_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Sender:
    """Who pushes, and the service that the request speaks for, if any."""

    client: str
    writer: str | None = None
    key: str | None = None


def push_requests(body: bytes, sender: Sender, *, at: datetime) -> IngestReport:
    """Store what is good in the JSON `body`, an array of up to 5,000 items or one; then it is committed.

    With a key the same body is stored once, however often it comes. Raises ForbiddenError if every
    item names another service than the sender speaks for, InvalidInputError if the body is no JSON or
    nothing could be stored, PayloadTooLargeError, ConflictError (another body came under the key) and
    DatabaseUnavailableError.
    """
    key = None if sender.key is None else _request_key(sender, sender.key, body)
    requests, rejected = _checked(_items_of(decode_json(body)), sender.writer, at=at)
    if not requests:
        raise InvalidInputError("nothing was stored", details=rejection_details(rejected))
    report = IngestReport(len(requests), tuple(rejected))
    try:
        return _stored(requests, report, key, at=at)
    except (OperationalError, InterfaceError) as error:
        logger.warning("measured requests not stored", extra={"error": str(error).strip()})
        raise DatabaseUnavailableError(
            "the database did not confirm the requests", retry_after_seconds=_RETRY_AFTER_SECONDS
        ) from error


def _request_key(sender: Sender, key: str, body: bytes) -> RequestKey:
    """Return the key for this door: one that a push of samples has used is another request."""
    content = hashlib.sha256(b"performance\n" + body)
    content.update(f"\n{sender.writer or ''}".encode())
    request = RequestKey(sender.client, key, content.hexdigest())
    idempotency.check(request)
    return request


def _items_of(content: object) -> list[object]:
    items = [content] if isinstance(content, dict) else content
    if not isinstance(items, list) or not items:
        raise InvalidInputError("the body is one measured request, or an array of at least one")
    if len(items) > MAX_ITEMS:
        raise PayloadTooLargeError(f"at most {MAX_ITEMS} measured requests at a time")
    return items


def _checked(
    items: Sequence[object], writer: str | None, *, at: datetime
) -> tuple[list[MeasuredRequest], list[ItemError]]:
    foreign = foreign_items(items, writer)
    if len(foreign) == len(items):
        raise ForbiddenError(foreign[0].message)
    barred = {error.index for error in foreign}
    own = [index for index in range(len(items)) if index not in barred]
    requests, malformed = parse_items(
        [items[index] for index in own], default_service=writer, at=at
    )
    rejected = [
        *foreign,
        *(ItemError(own[error.index], error.message, error.field) for error in malformed),
    ]
    return requests, sorted(rejected, key=lambda error: error.index)


def _stored(
    requests: Sequence[MeasuredRequest],
    report: IngestReport,
    key: RequestKey | None,
    *,
    at: datetime,
) -> IngestReport:
    """Store the requests and the answer under the key, both or neither; a rival's answer is as good."""
    if key is None:
        record_requests(requests)
        return report
    if known := idempotency.find(key):
        return known
    try:
        with transaction.atomic():
            idempotency.claim(key, report, at=at)
            record_requests(requests)
    except RivalWonError:
        return idempotency.find(key) or report
    return report
