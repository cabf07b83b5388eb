"""Segments of version 1, which this service wrote first: decoded only, for as long as some are kept.

    header   version u8 | samples u32 | series u32 | base i64 | head bytes u32
    head     steps between series ids i32[series] | counts i32[series] | ms since base i64[samples]
    values   f64[samples]
    crc32    of everything before it, u32

All little-endian. `head` and `values` are one zstd frame each, or plain where that is not longer (a
segment of one sample): the decoder tells the two apart by the length, which it knows from the counts.
Pure: numpy and zstandard only.
"""

import struct
import threading
import zlib

import numpy as np
import zstandard
from numpy.typing import NDArray

VERSION = 1

_HEADER = struct.Struct("<BIIqI")
_CRC = struct.Struct("<I")
_I4, _I8, _F8 = np.dtype("<i4"), np.dtype("<i8"), np.dtype("<f8")


class _Context(threading.local):
    """A decompression context: dear to make, and not to be shared by two threads at once."""

    def __init__(self) -> None:
        self.decompressor = zstandard.ZstdDecompressor()


_context = _Context()


def decode(
    payload: bytes,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]:
    """Return the ids of the series, how many samples each has, instants in ms, values. Raises ValueError."""
    if len(payload) < _HEADER.size + _CRC.size:
        raise ValueError("the payload is cut off")
    body = memoryview(payload)[: -_CRC.size]
    if zlib.crc32(body) != _CRC.unpack_from(payload, len(body))[0]:
        raise ValueError("the checksum does not match")
    _, samples, series, base, head_bytes = _HEADER.unpack_from(body)
    values_at = _HEADER.size + head_bytes
    head = _unpack(body[_HEADER.size : values_at], 2 * series * 4 + samples * 8)
    steps, counts = np.frombuffer(head, _I4, 2 * series).reshape(2, series)
    at_ms = np.frombuffer(head, _I8, samples, offset=2 * series * 4) + base
    values = np.frombuffer(_unpack(body[values_at:], samples * 8), _F8)
    return np.cumsum(steps, dtype=np.int32), counts, at_ms, values


def _unpack(packed: memoryview, length: int) -> bytes:
    """Return the `length` bytes that were packed."""
    if len(packed) == length:
        return bytes(packed)
    try:
        plain = _context.decompressor.decompress(packed, max_output_size=length)
    except zstandard.ZstdError as error:
        raise ValueError(f"a column cannot be unpacked: {error}") from None
    if len(plain) != length:
        raise ValueError("a column has the wrong length")
    return plain
