"""The arithmetic of the proof: lines, the digest of a day, the chain of days; pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

GENESIS = "0" * 64


def line(table: str, row: Mapping[str, Any]) -> bytes:
    """Return one row as canonical JSON: keys sorted, no blanks, instants in UTC to the microsecond.

    Raises TypeError for a value that has no one way to be written.
    """
    text = json.dumps(
        [table, row], sort_keys=True, separators=(",", ":"), allow_nan=False, default=_written
    )
    return text.encode()


def digest_of(lines: Iterable[bytes]) -> str:
    """Return the SHA-256 of lines in their order; the length before each keeps them apart."""
    digest = hashlib.sha256()
    for each in lines:
        digest.update(len(each).to_bytes(8, "big"))
        digest.update(each)
    return digest.hexdigest()


def link(previous: str, day: date, notifications: int, attempts: int, digest: str) -> str:
    """Return the chain after a day: it stands for all days before and for what is said of this one."""
    text = "|".join([previous, day.isoformat(), str(notifications), str(attempts), digest])
    return hashlib.sha256(text.encode()).hexdigest()


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
