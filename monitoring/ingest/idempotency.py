"""Request keys: a batch that is sent again is answered from the first time, not stored again."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from monitoring.errors import ConflictError, InvalidInputError
from monitoring.ingest.attempts import RivalWonError
from monitoring.types import IngestReport, ItemError

_LONGEST = 255

_CLAIM = """
INSERT INTO ingest_requests (client, key, body_hash, report, created_at)
VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (client, key) DO NOTHING
"""
_FIND = "SELECT body_hash, report FROM ingest_requests WHERE client = %s AND key = %s"


class RequestKey(NamedTuple):
    """The key of one request, unique for its client, and the hash of the body that it stands for."""

    client: str
    key: str
    body_hash: str


def check(request: RequestKey) -> None:
    """Raise InvalidInputError for a key that cannot be kept: 1 to 255 printable characters."""
    for name, text in (("client", request.client), ("key", request.key)):
        if not 0 < len(text) <= _LONGEST or not text.isprintable():
            raise InvalidInputError(
                f"the idempotency {name} must have 1 to {_LONGEST} printable characters"
            )


def find(request: RequestKey) -> IngestReport | None:
    """Return the report of the first time, None if there was none.

    Raises ConflictError if the key stands for another body.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [request.client, request.key])
        row = cursor.fetchone()
    if row is None:
        return None
    body_hash, report = row
    if body_hash != request.body_hash:
        raise ConflictError("this idempotency key was used for another request")
    return _report(json.loads(report))


def claim(request: RequestKey, report: IngestReport, *, at: datetime) -> None:
    """Write the report under the key. Raises RivalWonError if the same key was committed meanwhile.

    While the rival is not committed this waits for it: of two only one stores.
    """
    answer = json.dumps(_document(report))
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [request.client, request.key, request.body_hash, answer, at])
        if cursor.rowcount == 0:
            raise RivalWonError


def _document(report: IngestReport) -> dict[str, Any]:
    refused = [[error.index, error.message, error.field] for error in report.rejected]
    return {"stored": report.stored, "rejected": refused}


def _report(document: dict[str, Any]) -> IngestReport:
    refused = tuple(ItemError(*fields) for fields in document["rejected"])
    return IngestReport(document["stored"], refused, replayed=True)
