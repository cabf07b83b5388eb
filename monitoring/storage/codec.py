"""The payload of a segment: the samples of one commit, by series and then by time, in columns. Pure: numpy only.

    version u8 | samples u32 | series u32
    series ids, ascending        a column (monitoring.storage.packing)
    samples of each series       a column
    instants                     ms since the epoch, a column
    values                       a column of doubles (monitoring.storage.doubles)
    checksum                     (monitoring.storage.checksum)

Big-endian. The ids and counts are the offset index: a reader finds one series, or learns that it is not there,
before it touches a value. Segments of version 1 are read as well (monitoring.storage.codec_v1).
"""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitoring.storage import codec_v1
from monitoring.storage.checksum import seal, unseal
from monitoring.storage.doubles import pack_doubles, unpack_doubles
from monitoring.storage.packing import pack, unpack

VERSION = 2
MAX_SAMPLES = (
    1 << 24
)  # 400 MB decoded: far beyond any commit, and a bound for what a payload can ask for

_HEADER = struct.Struct(">BII")
_INT32 = np.iinfo(np.int32)


class CorruptSegmentError(ValueError):
    """The payload is not what was written: damaged, cut off, or of a version this code does not know."""


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


def encode(
    series: NDArray[np.int32], at_ms: NDArray[np.int64], values: NDArray[np.float64]
) -> bytes:
    """Return the payload of samples that are sorted by series, then time; all arrays of one length.

    Raises ValueError if there is no sample, there are more than MAX_SAMPLES, the lengths differ or the
    order is wrong: a payload that cannot be searched must not be written.
    """
    _check_order(series, at_ms, values)
    first = np.flatnonzero(np.diff(series, prepend=series[0] - np.int64(1)))
    counts = np.diff(first, append=len(series))
    # Neighbours of one series resemble one another; those of two series do not, so trying costs time only.
    orders = (0, 1) if len(series) >= 4 * len(first) else (0,)
    return seal(
        _HEADER.pack(VERSION, len(series), len(first))
        + pack(series[first].astype(np.int64), orders=(1,))
        + pack(counts, orders=(0,))
        + pack(at_ms, orders=orders)
        + pack_doubles(values, orders=orders)
    )


def decode(payload: bytes) -> Columns:
    """Return all samples of the payload; the arrays are read-only. Raises CorruptSegmentError."""
    try:
        if payload[:1] == bytes([codec_v1.VERSION]):
            return _checked(*codec_v1.decode(payload))
        return _decode_body(unseal(payload))
    except (ValueError, struct.error) as error:
        raise CorruptSegmentError(str(error)) from None


def _check_order(
    series: NDArray[np.int32], at_ms: NDArray[np.int64], values: NDArray[np.float64]
) -> None:
    if not 0 < len(series) == len(at_ms) == len(values) <= MAX_SAMPLES:
        raise ValueError("a segment needs samples, not too many, and its columns one length")
    same, later = series[1:] == series[:-1], series[1:] > series[:-1]
    if not np.all(later | (same & (at_ms[1:] >= at_ms[:-1]))):
        raise ValueError("a segment is sorted by series, then time")


def _decode_body(body: memoryview) -> Columns:
    version, samples, series = _HEADER.unpack_from(body)
    if version != VERSION:
        raise CorruptSegmentError(f"version {version} of the payload is not known")
    if not 0 < series <= samples <= MAX_SAMPLES:
        raise CorruptSegmentError("the counts of the payload make no sense")
    ids, place = unpack(body, _HEADER.size, series)
    counts, place = unpack(body, place, series)
    at_ms, place = unpack(body, place, samples)
    values, place = unpack_doubles(body, place, samples)
    if place != len(body):
        raise CorruptSegmentError("the payload is longer than its columns")
    return _checked(ids, counts, at_ms, values)


def _checked(
    ids: NDArray[Any], counts: NDArray[Any], at_ms: NDArray[np.int64], values: NDArray[np.float64]
) -> Columns:
    """Return the samples if their index can be searched, whatever wrote it."""
    if counts.min() < 1 or counts.max() > len(at_ms) or counts.sum() != len(at_ms):
        raise CorruptSegmentError("the counts of the series do not add up")
    if ids[0] < _INT32.min or ids[-1] > _INT32.max or np.any(ids[1:] <= ids[:-1]):
        raise CorruptSegmentError("the ids of the series do not ascend")
    starts = np.zeros(len(ids) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    ids = ids.astype(np.int32)
    for array in (ids, starts, at_ms, values):
        array.flags.writeable = False
    return Columns(Index(ids, starts), at_ms, values)
