"""Stores what other services publish on metrics-stream, each message once."""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.conf import settings

from monitoring.backends.kafka_messages import Record
from monitoring.errors import ConflictError
from monitoring.exposition.instruments import count
from monitoring.ingest.door import RequestKey, ingest
from monitoring.ingest.validation import parse_items
from monitoring.models import IngestRequest
from monitoring.streams.batch import Batch, DeadLetter, Outcome
from monitoring.streams.decoding import UndecodableError, decode
from monitoring.types import Origin

logger = logging.getLogger(__name__)

INVALID = "invalid_sample"
REFUSED = "refused_sample"


class Item(NamedTuple):
    """A message of somebody else that should be a sample."""

    record: Record
    document: dict[str, Any]


def store_metrics(batch: Batch) -> Outcome:
    """Store the samples of a batch; a replay, cut differently or not, stores nothing twice.

    A batch goes through the door under the offset of its first message, and the offset of the last
    one stands for its body. A replay that begins at the same message but ends elsewhere meets the
    first one's key, learns from it how far the messages are stored, and goes on behind it. Which
    message is the first depends on the messages alone, never on the clock.

    Messages that this service published itself are stored already. Raises what `ingest` raises
    while PostgreSQL is away.
    """
    items, letters = _others(batch)
    last = batch.records[-1].offset
    stored_through = -1
    while items := [item for item in items if item.record.offset > stored_through]:
        request = RequestKey(_client(batch), key=str(items[0].record.offset), body_hash=str(last))
        try:
            letters += _store(items, request, batch)
            break
        except ConflictError:
            stored_through = _end_of(request)
            logger.info("messages were stored before", extra={"through": stored_through})
    return Outcome(max(last, stored_through) + 1, tuple(letters))


def _others(batch: Batch) -> tuple[list[Item], list[DeadLetter]]:
    """Return the messages of other services, and those that cannot be read."""
    items: list[Item] = []
    letters: list[DeadLetter] = []
    own = 0
    for record in batch.records:
        try:
            document = decode(record)
        except UndecodableError as error:
            letters.append(DeadLetter(record, error.reason, error.detail))
            continue
        if document.get("source") == settings.SERVICE_NAME:
            own += 1
        else:
            items.append(Item(record, document))
    _count(batch, "own", own)
    return items, letters


def _store(items: Sequence[Item], request: RequestKey, batch: Batch) -> list[DeadLetter]:
    """Store the good ones and return the others. Raises ConflictError if the key is taken."""
    documents = [item.document for item in items]
    samples, indexes, errors = parse_items(documents, default_service=None, at=batch.at)
    letters = [DeadLetter(items[error.index].record, INVALID, error.message) for error in errors]
    # Also without a single good sample: each batch must leave its key, or a longer replay that
    # begins here would not meet those that follow.
    report = ingest(samples, origin=Origin.STREAM, at=batch.at, request=request)
    _count(batch, "replayed" if report.replayed else "stored", report.stored)
    return letters + [
        DeadLetter(items[indexes[error.index]].record, REFUSED, error.message)
        for error in report.rejected
    ]


def _client(batch: Batch) -> str:
    return f"stream:{batch.topic}:{batch.topic_id}:{batch.partition}"


def _end_of(request: RequestKey) -> int:
    """Return the last offset of the batch that was stored under the same key."""
    stored = IngestRequest.objects.get(client=request.client, key=request.key)
    return int(stored.body_hash)


def _count(batch: Batch, outcome: str, number: int) -> None:
    if number:
        count("stream_consumed_total", {"topic": batch.topic, "outcome": outcome}, number)
