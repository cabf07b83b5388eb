"""Numbers of a fixed number of bits, laid end to end, the highest bit first. Pure: numpy only."""

import numpy as np
from numpy.typing import NDArray


def pack_bits(numbers: NDArray[np.uint64], width: int) -> bytes:
    """Return the low `width` bits (0 to 64) of each number; the last byte is filled up with zeros."""
    whole_bytes = (width + 7) // 8
    if not whole_bytes:
        return b""
    lowest = numbers.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 8 - whole_bytes :]
    bits = np.unpackbits(lowest.ravel()).reshape(-1, whole_bytes * 8)
    return np.packbits(bits[:, whole_bytes * 8 - width :].ravel()).tobytes()


def packed_size(count: int, width: int) -> int:
    """Return the bytes that `count` numbers of `width` bits take."""
    return (count * width + 7) // 8


def unpack_bits(rows: NDArray[np.uint8], count: int, width: int) -> NDArray[np.int64]:
    """Return `count` numbers of each row of bytes, as an array of rows x `count`.

    A number of 64 bits comes back as the int64 of the same bits.
    """
    if width == 0 or count == 0:
        return np.zeros((len(rows), count), np.int64)
    whole = next(size for size in (8, 16, 32, 64) if size >= width)
    bits = np.unpackbits(rows, axis=1, count=count * width).reshape(-1, width)
    filled = np.zeros((len(bits), whole), np.uint8)
    filled[:, whole - width :] = bits
    numbers = np.packbits(filled.ravel()).view(f">u{whole // 8}")
    return numbers.astype(np.int64).reshape(len(rows), count)
