"""The payload of a roll-up: what the samples of one series came to in each bucket of a day. Pure: numpy only.

version u8 | buckets u16
start, count                 columns (monitoring.storage.packing)
sum, min, max, last          columns of doubles (monitoring.storage.doubles)
checksum                     (monitoring.storage.checksum)
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.storage.checksum import seal, unseal
from monitoring.storage.doubles import (
    DoublesHead,
    pack_doubles,
    read_doubles_head,
    unpack_many_doubles,
)
from monitoring.storage.packing import Head, pack, read_head, unpack_many

VERSION = 1
MAX_BUCKETS = 0xFFFF

_HEADER = struct.Struct(">BH")
_WHOLE, _DOUBLES = 2, 4  # columns: start and count, then sum, min, max and last


class CorruptRollupError(ValueError):
    """The payload is not what was written: damaged, cut off, or of a version this code does not know."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """Buckets that hold samples, in the order of time; one entry of each array for each bucket.

    `start_ms` is the beginning in ms since the epoch; a bucket holds [start, start + width).
    """

    start_ms: NDArray[np.int64]
    count: NDArray[np.int64]
    sum: NDArray[np.float64]
    min: NDArray[np.float64]
    max: NDArray[np.float64]
    last: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.start_ms)


def encode_buckets(buckets: Buckets) -> bytes:
    """Return the payload of the buckets, exact to the last bit.

    Raises ValueError if there is none, there are more than MAX_BUCKETS, the lengths differ or the order is
    wrong.
    """
    lengths = {len(getattr(buckets, field.name)) for field in fields(buckets)}
    if len(lengths) != 1 or not 0 < len(buckets) <= MAX_BUCKETS:
        raise ValueError("a roll-up needs buckets, not too many, and its columns one length")
    if not np.all(buckets.start_ms[1:] > buckets.start_ms[:-1]):
        raise ValueError("the buckets of a roll-up ascend, each once")
    doubles = (buckets.sum, buckets.min, buckets.max, buckets.last)
    return seal(
        _HEADER.pack(VERSION, len(buckets))
        + pack(buckets.start_ms, orders=(1,))
        + pack(buckets.count)
        + b"".join(pack_doubles(column) for column in doubles)
    )


def decode_buckets(payload: bytes) -> Buckets:
    """Return the buckets of a payload. Raises CorruptRollupError."""
    return decode_rollups([payload])[1]


def decode_rollups(payloads: Sequence[bytes]) -> tuple[NDArray[np.int64], Buckets]:
    """Return the number of buckets of each payload, and all buckets one payload after the other.

    Many payloads take a third of the time of decode_buckets one by one. Raises CorruptRollupError if
    any is damaged; whoever can do without it decodes the others one by one.
    """
    opened = [_open(payload) for payload in payloads]
    counts = np.array([rollup.whole[0].length for rollup in opened], np.int64)
    ends = np.cumsum(counts)
    starts = (ends - counts).tolist()
    total = int(ends[-1]) if opened else 0
    try:
        whole = [np.empty(total, np.int64) for _ in range(_WHOLE)]
        for place, numbers in enumerate(whole):
            unpack_many([(rollup.body, rollup.whole[place]) for rollup in opened], numbers, starts)
        doubles = [
            unpack_many_doubles(
                [(rollup.body, rollup.doubles[place]) for rollup in opened], starts, total
            )
            for place in range(_DOUBLES)
        ]
    except ValueError as error:
        raise CorruptRollupError(str(error)) from None
    return counts, Buckets(whole[0], whole[1], *doubles)


class _Rollup(NamedTuple):
    """A payload whose heads were read, not its columns yet."""

    body: memoryview
    whole: Sequence[Head]
    doubles: Sequence[DoublesHead]


def _open(payload: bytes) -> _Rollup:
    try:
        body = unseal(payload)
        version, count = _HEADER.unpack_from(body)
        if version != VERSION:
            raise CorruptRollupError(f"version {version} of the payload is not known")
        whole: list[Head] = []
        doubles: list[DoublesHead] = []
        place = _HEADER.size
        for _ in range(_WHOLE):
            whole.append(read_head(body, place, count))
            place = whole[-1].end
        for _ in range(_DOUBLES):
            doubles.append(read_doubles_head(body, place, count))
            place = doubles[-1].end
        if place != len(body):
            raise CorruptRollupError("the payload is longer than its columns")
    except (ValueError, struct.error) as error:
        raise CorruptRollupError(str(error)) from None
    return _Rollup(body, whole, doubles)
