"""The payload of a chunk: up to some hundred samples of one series, in columns. Pure: numpy only.

version u8 | samples u16
instants       ms since the epoch, a column (monitoring.storage.packing)
values         a column of doubles (monitoring.storage.doubles)
checksum       (monitoring.storage.checksum)
"""

import struct
from collections.abc import Sequence
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
MAX_SAMPLES = 0xFFFF

_HEADER = struct.Struct(">BH")


class CorruptChunkError(ValueError):
    """The payload is not what was written: damaged, cut off, or of a version this code does not know."""


class _Chunk(NamedTuple):
    body: memoryview
    instants: Head
    values: DoublesHead


def encode_chunk(at_ms: NDArray[np.int64], values: NDArray[np.float64]) -> bytes:
    """Return the payload of the samples of one series, each instant once and in ascending order.

    Any double is kept to the last bit. Raises ValueError if there is no sample, there are more than
    MAX_SAMPLES, the lengths differ or the order is wrong.
    """
    if not 0 < len(at_ms) == len(values) <= MAX_SAMPLES:
        raise ValueError("a chunk needs samples, not too many, and its columns one length")
    if not np.all(at_ms[1:] > at_ms[:-1]):
        raise ValueError("the instants of a chunk ascend, each once")
    instants = pack(at_ms, orders=(1, 2))  # what ascends is never least as it is
    return seal(_HEADER.pack(VERSION, len(at_ms)) + instants + pack_doubles(values))


def decode_chunk(payload: bytes) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return instants in ms and values. Raises CorruptChunkError."""
    _, at_ms, values = decode_chunks([payload])
    return at_ms, values


def decode_chunks(
    payloads: Sequence[bytes],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the samples in each chunk, and all instants in ms and values one chunk after the other.

    A thousand chunks of one shape take a tenth of the time of decode_chunk one by one. Raises
    CorruptChunkError if any is damaged; whoever can do without it decodes the others one by one.
    """
    chunks = [_open(payload) for payload in payloads]
    counts = np.array([chunk.instants.length for chunk in chunks], np.int64)
    ends = np.cumsum(counts)
    starts = (ends - counts).tolist()
    samples = int(ends[-1]) if chunks else 0
    at_ms = np.empty(samples, np.int64)
    try:
        unpack_many([(chunk.body, chunk.instants) for chunk in chunks], at_ms, starts)
        columns = [(chunk.body, chunk.values) for chunk in chunks]
        return counts, at_ms, unpack_many_doubles(columns, starts, samples)
    except ValueError as error:
        raise CorruptChunkError(str(error)) from None


def _open(payload: bytes) -> _Chunk:
    try:
        body = unseal(payload)
        version, samples = _HEADER.unpack_from(body)
        if version != VERSION:
            raise CorruptChunkError(f"version {version} of the payload is not known")
        instants = read_head(body, _HEADER.size, samples)
        values = read_doubles_head(body, instants.end, samples)
        if values.end != len(body):
            raise CorruptChunkError("the payload is longer than its columns")
    except (ValueError, struct.error) as error:
        raise CorruptChunkError(str(error)) from None
    return _Chunk(body, instants, values)
