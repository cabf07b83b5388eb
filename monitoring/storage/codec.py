"""The payload of a segment: the samples of one commit, by series and then by time, in columns.

    header   version u8 | samples u32 | series u32 | base i64 | head bytes u32
    head     steps between series ids i32[series] | counts i32[series] | ms since base i64[samples]
    values   f64[samples]
    crc32    of everything before it, u32

All little-endian. `head` and `values` are one zstd frame each, or plain where that is not longer (a
segment of one sample): the decoder tells the two apart by the length, which it knows from the counts.
The ids and counts are the offset index: a reader finds one series, or learns that it is not there,
before it touches a value. Pure: numpy and zstandard only.
"""

import struct
import threading
import zlib
from dataclasses import dataclass

import numpy as np
import zstandard
from numpy.typing import NDArray

VERSION = 1

_HEADER = struct.Struct("<BIIqI")
_CRC = struct.Struct("<I")
# Level 1 gave fewer bytes than level 3 on whole numbers, as many on decimals, and took less time.
_LEVEL = 1
_I4, _I8, _F8 = np.dtype("<i4"), np.dtype("<i8"), np.dtype("<f8")
_ZERO = np.zeros(1, _I4)  # before the first id; steps between neighbours are mostly ones


class CorruptSegmentError(ValueError):
    """The payload is not what was written: damaged, cut off, or of a version this code does not know."""


class _Contexts(threading.local):
    """Compression contexts: dear to make, and not to be shared by two threads at once."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_contexts = _Contexts()


@dataclass(frozen=True, slots=True)
class Index:
    """Which series a segment holds: ids ascending; those of `ids[i]` lie in `starts[i]:starts[i + 1]`."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    def slice_of(self, series_id: int) -> slice:
        """Return where the samples of the series lie; an empty slice if it is not there."""
        place = int(np.searchsorted(self.ids, series_id))
        if place == len(self.ids) or self.ids[place] != series_id:
            return slice(0, 0)
        return slice(int(self.starts[place]), int(self.starts[place + 1]))


@dataclass(frozen=True, slots=True)
class Columns:
    """The samples of one segment: instants in ms since the epoch (UTC), ascending within a series."""

    index: Index
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]

    @property
    def nbytes(self) -> int:
        """Return the size of the arrays in memory, in bytes."""
        return sum(
            array.nbytes for array in (self.index.ids, self.index.starts, self.at_ms, self.values)
        )


def encode(
    series: NDArray[np.int32], at_ms: NDArray[np.int64], values: NDArray[np.float64]
) -> bytes:
    """Return the payload of samples that are sorted by series, then time; all arrays of one length.

    Raises ValueError if there is no sample, the lengths differ or the order is wrong: a payload that
    cannot be searched must not be written.
    """
    _check_order(series, at_ms, values)
    first = np.flatnonzero(np.diff(series, prepend=series[0] - np.int64(1)))
    counts = np.diff(first, append=len(series))
    base = int(at_ms.min())
    head = _pack(
        np.diff(series[first].astype(_I4), prepend=_ZERO).tobytes()
        + counts.astype(_I4).tobytes()
        + (at_ms - base).astype(_I8).tobytes()
    )
    header = _HEADER.pack(VERSION, len(series), len(first), base, len(head))
    body = header + head + _pack(values.astype(_F8).tobytes())
    return body + _CRC.pack(zlib.crc32(body))


def decode(payload: bytes) -> Columns:
    """Return all samples of the payload; the arrays are read-only. Raises CorruptSegmentError."""
    index, at_ms, packed_values = _open(payload)
    return Columns(index, at_ms, _values(packed_values, len(at_ms)))


def decode_series(payload: bytes, series_id: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return instants and values of one series, both empty if the segment does not hold it.

    The values stay packed when it does not. Raises CorruptSegmentError.
    """
    index, at_ms, packed_values = _open(payload)
    place = index.slice_of(series_id)
    if place.stop == 0:
        return at_ms[place], np.empty(0, _F8)
    return at_ms[place], _values(packed_values, len(at_ms))[place]


def _check_order(
    series: NDArray[np.int32], at_ms: NDArray[np.int64], values: NDArray[np.float64]
) -> None:
    if not 0 < len(series) == len(at_ms) == len(values):
        raise ValueError("a segment needs samples, and its columns one length")
    same, later = series[1:] == series[:-1], series[1:] > series[:-1]
    if not np.all(later | (same & (at_ms[1:] >= at_ms[:-1]))):
        raise ValueError("a segment is sorted by series, then time")


def _open(payload: bytes) -> tuple[Index, NDArray[np.int64], memoryview]:
    """Check the payload and unpack its head; the values stay as they are."""
    if len(payload) < _HEADER.size + _CRC.size:
        raise CorruptSegmentError("the payload is cut off")
    body = memoryview(payload)[: -_CRC.size]
    if zlib.crc32(body) != _CRC.unpack_from(payload, len(body))[0]:
        raise CorruptSegmentError("the checksum does not match")
    version, samples, series, base, head_bytes = _HEADER.unpack_from(body)
    if version != VERSION:
        raise CorruptSegmentError(f"version {version} of the payload is not known")
    values_at = _HEADER.size + head_bytes
    head = _unpack(body[_HEADER.size : values_at], 2 * series * 4 + samples * 8)
    steps, counts = np.frombuffer(head, _I4, 2 * series).reshape(2, series)
    ids = np.cumsum(steps, dtype=np.int32)
    starts = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    at_ms = np.frombuffer(head, _I8, samples, offset=2 * series * 4) + base
    for array in (ids, starts, at_ms):
        array.flags.writeable = False
    return Index(ids, starts), at_ms, body[values_at:]


def _values(packed: memoryview, samples: int) -> NDArray[np.float64]:
    return np.frombuffer(_unpack(packed, samples * 8), _F8)


def _pack(plain: bytes) -> bytes:
    packed = _contexts.compressor.compress(plain)
    return packed if len(packed) < len(plain) else plain


def _unpack(packed: memoryview, length: int) -> bytes:
    """Return the `length` bytes that were packed."""
    if len(packed) == length:
        return bytes(packed)
    try:
        plain = _contexts.decompressor.decompress(packed, max_output_size=length)
    except zstandard.ZstdError as error:
        raise CorruptSegmentError(f"a column cannot be unpacked: {error}") from None
    if len(plain) != length:
        raise CorruptSegmentError("a column has the wrong length")
    return plain
