"""Columns of doubles as whole numbers, exact to the last bit. Pure: numpy only.

What was measured in decimals is written as decimals: if `value * 10^scale` is a whole number that, divided
again, gives the same double, that number is kept. The rest are kept as their 64 bits.

    scale u8       0 to 6, or 7: the column holds the bits themselves; + 128: others follow
    column         (monitoring.storage.packing)
    others u32 | positions, a column | bits, a column        only if announced

Others are the values of a column of decimals that are none (a third, a NaN, minus zero).
"""

import struct
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.storage.packing import Head, pack, read_head, some_of, unpack, unpack_many

BITS = 7
_OTHERS_FOLLOW = 0x80
_OTHERS = struct.Struct(">I")
_POWERS = 10.0 ** np.arange(BITS)
_EXACT = 2.0**53  # up to here a double holds every whole number
_LARGEST = 2.0**62  # and whole doubles up to here stay away from the ends of int64
_SOME = 64  # values that decide the scale
_BITS_PER_DIGIT = 3.33


class DoublesHead(NamedTuple):
    """The beginning of a column of doubles: how its whole numbers are to be read, and what replaces some."""

    scale: int
    column: Head
    positions: NDArray[np.int64] | None
    others: NDArray[np.float64] | None
    end: int


def pack_doubles(values: NDArray[np.float64], *, orders: Sequence[int] = (0, 1, 2)) -> bytes:
    """Return the column of the values; any double is kept. Raises ValueError if there are none."""
    scale, numbers, fits = _split(np.ascontiguousarray(values, np.float64))
    column = pack(numbers, orders=orders)
    others = np.flatnonzero(~fits)
    if not len(others):
        return bytes([scale]) + column
    listed = pack(others, orders=(0, 1)) + pack(values[others].view(np.int64), orders=(0,))
    return bytes([scale | _OTHERS_FOLLOW]) + column + _OTHERS.pack(len(others)) + listed


def unpack_doubles(
    buffer: bytes | memoryview, offset: int, count: int
) -> tuple[NDArray[np.float64], int]:
    """Return the `count` values of the column at `offset`, and the offset behind it. Raises ValueError."""
    head = read_doubles_head(buffer, offset, count)
    return unpack_many_doubles([(buffer, head)], [0], count), head.end


def unpack_many_doubles(
    columns: Sequence[tuple[bytes | memoryview, DoublesHead]], starts: Sequence[int], total: int
) -> NDArray[np.float64]:
    """Return `total` values: those of each column from its place in `starts` on. Raises ValueError.

    The columns lie one behind the other, and neighbours of one scale are turned into doubles together.
    """
    numbers = np.empty(total, np.int64)
    unpack_many([(buffer, head.column) for buffer, head in columns], numbers, starts)
    values = np.empty(total, np.float64)
    bounds = [*starts, total]
    for scale, places in groupby(range(len(columns)), key=lambda place: columns[place][1].scale):
        run = list(places)
        part = slice(bounds[run[0]], bounds[run[-1] + 1])
        values[part] = to_doubles(numbers[part], scale)
    for start, (_, head) in zip(starts, columns, strict=True):
        if head.positions is not None:
            values[start + head.positions] = head.others
    return values


def read_doubles_head(buffer: bytes | memoryview, offset: int, count: int) -> DoublesHead:
    """Return what the column at `offset` says about itself, its others included. Raises ValueError."""
    if not 0 <= offset < len(buffer):
        raise ValueError("the column is cut off")
    scale = buffer[offset] & ~_OTHERS_FOLLOW
    if scale > BITS:
        raise ValueError(f"scale {scale} is not known")
    column = read_head(buffer, offset + 1, count)
    if not buffer[offset] & _OTHERS_FOLLOW:
        return DoublesHead(scale, column, None, None, column.end)
    if column.end + _OTHERS.size > len(buffer):
        raise ValueError("the column is cut off")
    (listed,) = _OTHERS.unpack_from(buffer, column.end)
    if not 0 < listed <= count:
        raise ValueError("more values are listed than there are")
    positions, end = unpack(buffer, column.end + _OTHERS.size, listed)
    if int(positions.min()) < 0 or int(positions.max()) >= count:
        raise ValueError("a listed value lies outside the column")
    bits, end = unpack(buffer, end, listed)
    return DoublesHead(scale, column, positions, bits.view(np.float64), end)


def to_doubles(numbers: NDArray[np.int64], scale: int) -> NDArray[np.float64]:
    """Return the doubles that whole numbers of a scale stand for."""
    if scale == BITS:
        return numbers.view(np.float64)
    return numbers / _POWERS[scale] if scale else numbers.astype(np.float64)


def _split(
    values: NDArray[np.float64],
) -> tuple[int, NDArray[np.int64], NDArray[np.bool_]]:
    """Return the scale, the whole number of each value, and which of them give the value back."""
    with np.errstate(invalid="ignore", over="ignore"):
        numbers, fits = _scaled(values, 0)
        if not fits.all():
            scale = _scale_of(some_of(values, _SOME))
            if scale == BITS:
                return BITS, values.view(np.int64), np.ones(len(values), bool)
            numbers, fits = _scaled(values, scale)
            if 2 * np.count_nonzero(fits) >= len(values):
                return scale, numbers, fits
            return BITS, values.view(np.int64), np.ones(len(values), bool)
    return 0, numbers, fits


def _scale_of(some: NDArray[np.float64]) -> int:
    """Return the scale at which the values should cost least; BITS if most are no decimals."""
    powers = _POWERS[:, np.newaxis]
    nearest = np.rint(some * powers)
    exact = (nearest / powers == some) & (np.abs(nearest) < _EXACT)
    fits = np.count_nonzero(exact, axis=1)
    costs = 64 * (len(some) - fits) + _BITS_PER_DIGIT * np.arange(BITS) * fits
    best = int(costs.argmin())
    return best if 2 * fits[best] >= len(some) else BITS


def _scaled(values: NDArray[np.float64], scale: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the nearest whole numbers of `value * 10^scale`, 0 where there is none, and which are exact."""
    nearest = np.rint(values * _POWERS[scale]) if scale else np.rint(values)
    small = np.abs(nearest) < (_EXACT if scale else _LARGEST)  # false for NaN
    numbers = np.where(small, nearest, 0.0).astype(np.int64)
    return numbers, small & (to_doubles(numbers, scale).view(np.int64) == values.view(np.int64))
