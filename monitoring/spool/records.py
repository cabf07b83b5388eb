"""What the spool keeps of one request: its samples in columns, and all that storing them later needs. Pure.

    frame    magic "TTSP" | payload bytes u32 | crc32 of the payload u32 | payload
    payload  head bytes u32 | head, JSON | series of each sample i32[n] | ms since the epoch i64[n] | values f64[n]

All little-endian. Each distinct series stands in the head once.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from monitoring.types import MetricType, Origin, Sample, Temporality

MAGIC = b"TTSP"
_FRAME = struct.Struct("<4sII")
_LENGTH = struct.Struct("<I")
_I4, _I8, _F8 = np.dtype("<i4"), np.dtype("<i8"), np.dtype("<f8")


class UnreadableRecordError(ValueError):
    """The payload is whole, but no record that this version knows."""


class KeptSeries(NamedTuple):
    """All of a sample but its instant and value."""

    metric: str
    service: str
    type: MetricType
    temporality: Temporality
    labels: Mapping[str, str]

    def sample(self, at_ms: int, value: float) -> Sample:
        """Return the sample of an instant."""
        at = datetime.fromtimestamp(at_ms / 1_000, UTC)
        return Sample(
            self.metric, self.service, value, at, self.type, self.labels, self.temporality
        )


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One request. `id` is unique; `request` is the client's idempotency key: client, key, hash of the body."""

    id: str
    at: datetime
    origin: Origin
    client: str
    series: Sequence[KeptSeries]
    codes: NDArray[np.int32]
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]
    request: tuple[str, str, str] | None = None

    def samples(self) -> list[Sample]:
        """Return the samples in the order in which they came."""
        return [
            self.series[code].sample(at_ms, value)
            for code, at_ms, value in zip(
                self.codes.tolist(), self.at_ms.tolist(), self.values.tolist(), strict=True
            )
        ]


class Frame(NamedTuple):
    """A stretch of a spool file: a payload, or None for what is damaged; `end` is where the next begins."""

    start: int
    end: int
    payload: bytes | None


def encode(record: Record) -> bytes:
    """Return the frame of a record."""
    head = orjson.dumps(
        {
            "id": record.id,
            "at": record.at.isoformat(),
            "origin": record.origin,
            "client": record.client,
            "series": [list(series) for series in record.series],
            "samples": len(record.codes),
            "request": None if record.request is None else list(record.request),
        }
    )
    payload = b"".join(
        (
            _LENGTH.pack(len(head)),
            head,
            record.codes.astype(_I4).tobytes(),
            record.at_ms.astype(_I8).tobytes(),
            record.values.astype(_F8).tobytes(),
        )
    )
    return _FRAME.pack(MAGIC, len(payload), zlib.crc32(payload)) + payload


def decode(payload: bytes) -> Record:
    """Return the record of a payload whose checksum was right. Raises UnreadableRecordError."""
    try:
        (length,) = _LENGTH.unpack_from(payload)
        head = orjson.loads(payload[_LENGTH.size : _LENGTH.size + length])
        return _record(head, memoryview(payload)[_LENGTH.size + length :])
    except (struct.error, orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableRecordError(f"no record of this version: {error}") from None


def frames(content: bytes) -> Iterator[Frame]:
    """Yield the frames of a file in their order, damaged stretches among them.

    A stretch that is no frame reaches to the next magic that begins a whole one. What a crash cut off at the end
    is such a stretch, too: its writer never answered, or it would have been synced.
    """
    start = 0
    while start < len(content):
        payload = _payload_at(content, start)
        if payload is None:
            end = _next_frame(content, start + 1)
            yield Frame(start, end, None)
        else:
            end = start + _FRAME.size + len(payload)
            yield Frame(start, end, payload)
        start = end


def _payload_at(content: bytes, start: int) -> bytes | None:
    if len(content) - start < _FRAME.size:
        return None
    magic, length, checksum = _FRAME.unpack_from(content, start)
    first = start + _FRAME.size
    payload = content[first : first + length]
    if magic != MAGIC or len(payload) != length or zlib.crc32(payload) != checksum:
        return None
    return payload


def _next_frame(content: bytes, start: int) -> int:
    while (found := content.find(MAGIC, start)) >= 0:
        if _payload_at(content, found) is not None:
            return found
        start = found + 1
    return len(content)


def _record(head: dict[str, Any], columns: memoryview) -> Record:
    number = int(head["samples"])
    instants_at, values_at = number * 4, number * 12
    request = head["request"]
    return Record(
        id=head["id"],
        at=datetime.fromisoformat(head["at"]),
        origin=Origin(head["origin"]),
        client=head["client"],
        series=[
            KeptSeries(metric, service, MetricType(kind), Temporality(temporality), labels)
            for metric, service, kind, temporality, labels in head["series"]
        ],
        codes=np.frombuffer(columns, _I4, number),
        at_ms=np.frombuffer(columns, _I8, number, instants_at),
        values=np.frombuffer(columns, _F8, number, values_at),
        request=None if request is None else (request[0], request[1], request[2]),
    )
