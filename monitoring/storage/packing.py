"""Columns of whole numbers in few bytes, readable by numpy and by plain SQL (ADR 8). Pure: numpy only.

A column is `first + divisor * k`. `k` starts with 0 and is kept plain, as its differences or as the
differences of those (order 0, 1, 2), less their median, the sign folded into the lowest bit (zigzag), in
`width` bits each. What needs more bits is listed apart, so that one gap or one outlier does not widen all.

    order u8 | width u8 | exceptions u16 | bytes of each of the next four, 4 bits each, u16
    first | divisor | centre | seed          signed, of 0 to 8 bytes; `seed` is the first difference, order 2
    positions u32[exceptions] | numbers u64[exceptions]
    the numbers, `width` bits each

All big-endian: that is the order in which SQL reads bits. The count of the numbers is not written, for
whoever keeps a column knows it. A divisor of 0 makes all numbers the first.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from monitoring.storage.bits import pack_bits, packed_size, unpack_bits

_HEAD = struct.Struct(">BBHH")
_POSITION, _NUMBER = np.dtype(">u4"), np.dtype(">u8")
_EXCEPTION_BITS = 8 * (_POSITION.itemsize + _NUMBER.itemsize)
_MOST_EXCEPTIONS = 0xFFFF
_WIDTHS = np.arange(65)
_CHEAP = 64  # bits of a column, beside its head, that no other order could lower by much
# The bigint of SQL does not wrap around, so nothing on the way back may leave 64 bits. Differences of
# differences of numbers less than the first apart cannot, nor can plain steps less than the second apart.
_APART_FOR_ORDERS = 1 << 60
_APART_FOR_STEPS = 1 << 63
_MEDIAN_OF = 1_024  # a median of so many of them is near enough
# Multiples of the golden ratio spread evenly and have no period, which every n-th number would have.
_SPREAD = np.arange(_MEDIAN_OF) * ((5**0.5 - 1) / 2) % 1.0
_ROWS_AT_ONCE = (
    64  # columns restored together: many enough for numpy, few enough for the processor's cache
)

Number = TypeVar("Number", bound=np.generic)


class Head(NamedTuple):
    """What a column says about itself; `body` to `end` is where its exceptions and numbers lie."""

    length: int  # numbers in the column
    order: int
    width: int
    exceptions: int
    first: int
    divisor: int
    centre: int
    seed: int
    body: int
    end: int


class _Form(NamedTuple):
    cost: int  # bits
    order: int
    width: int
    centre: int
    zigzag: NDArray[np.uint64]


def pack(values: NDArray[np.int64], *, orders: Sequence[int] = (0, 1, 2)) -> bytes:
    """Return the column of the numbers, in the cheapest of the orders. Raises ValueError if there are none.

    The orders ascend, and are tried for as long as each costs less than the one before. Fewer of them take
    less time. A column shorter than every order given is kept plain.
    """
    if not len(values):
        raise ValueError("a column needs numbers")
    first, apart = int(values[0]), int(values.max()) - int(values.min())
    if apart == 0:
        return _head(0, 0, 0, (first, 0, 0, 0))
    if apart >= _APART_FOR_STEPS:
        return _head(0, 64, 0, (0, 1, 0, 0)) + pack_bits(_zigzag(values), 64)
    steps = values - first
    divisor = _common_divisor(steps)
    if divisor > 1:
        steps //= divisor
    possible = [order for order in orders if order < len(values)]
    if apart >= _APART_FOR_ORDERS or not possible:
        possible = [0]
    return _write(_cheapest(steps, possible), first, divisor, steps)


def unpack(buffer: bytes | memoryview, offset: int, count: int) -> tuple[NDArray[np.int64], int]:
    """Return the `count` numbers of the column at `offset`, and the offset behind it.

    Raises ValueError if there is no such column.
    """
    head = read_head(buffer, offset, count)
    numbers = np.empty(count, np.int64)
    unpack_many([(buffer, head)], numbers, [0])
    return numbers, head.end


def read_head(buffer: bytes | memoryview, offset: int, count: int) -> Head:
    """Return what the column at `offset` says about itself; it lies within the buffer. Raises ValueError."""
    if offset < 0 or offset + _HEAD.size > len(buffer):
        raise ValueError("the column is cut off")
    order, width, exceptions, sizes = _HEAD.unpack_from(buffer, offset)
    packed = count - order
    if order > 2 or width > 64 or packed < 1 or exceptions > packed:
        raise ValueError("the head of the column makes no sense")
    place, fields = offset + _HEAD.size, []
    for size in (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15):
        if size > 8:
            raise ValueError("a number of the head is too long")
        fields.append(int.from_bytes(buffer[place : place + size], signed=True))
        place += size
    end = place + exceptions * _EXCEPTION_BITS // 8 + packed_size(packed, width)
    if end > len(buffer):
        raise ValueError("the column is cut off")
    first, divisor, centre, seed = fields
    return Head(count, order, width, exceptions, first, divisor, centre, seed, place, end)


def unpack_many(
    columns: Sequence[tuple[bytes | memoryview, Head]],
    into: NDArray[np.int64],
    starts: Sequence[int],
) -> None:
    """Write the numbers of each column into `into`, from its place in `starts` on. Raises ValueError.

    Columns of one shape are restored together, which takes a tenth of the time of one after the other.
    """
    shapes: dict[tuple[int, int, int], list[int]] = {}
    for place, (_, head) in enumerate(columns):
        if head.divisor == 0:
            into[starts[place] : starts[place] + head.length] = head.first
        else:
            shapes.setdefault((head.length, head.order, head.width), []).append(place)
    for places in _blocks(shapes):
        numbers = _restore([columns[place] for place in places])
        for place, row in zip(places, numbers, strict=True):
            into[starts[place] : starts[place] + len(row)] = row


def some_of(numbers: NDArray[Number], most: int) -> NDArray[Number]:
    """Return `most` of the numbers (1,024 at most) from all over the column, or all if there are no more."""
    if len(numbers) <= most:
        return numbers
    return numbers[(_SPREAD[:most] * len(numbers)).astype(np.intp)]


def _common_divisor(steps: NDArray[np.int64]) -> int:
    divisor = int(np.gcd.reduce(steps[:64]))  # most columns are done here
    return divisor if divisor == 1 else int(np.gcd.reduce(steps, initial=divisor))


def _cheapest(steps: NDArray[np.int64], orders: Sequence[int]) -> _Form:
    """Return the cheapest form, of those up to the first order that does not pay."""
    best = _form(steps, orders[0])
    for order in orders[1:]:
        if best.cost <= _CHEAP:
            break
        form = _form(steps, order)
        if form.cost >= best.cost:
            break
        best = form
    return best


def _form(steps: NDArray[np.int64], order: int) -> _Form:
    """Return how the steps look at this order: the width at which numbers and exceptions cost least."""
    numbers = np.diff(steps, order) if order else steps
    some = some_of(numbers, _MEDIAN_OF)
    centre = int(np.partition(some, len(some) // 2)[len(some) // 2])
    zigzag = _zigzag(numbers - centre)
    # A length may come out one bit too long beyond 2^53, where float64 rounds up: wider, never wrong.
    lengths = np.minimum(np.frexp(zigzag.astype(np.float64))[1], 64)
    longer = len(numbers) - np.cumsum(np.bincount(lengths, minlength=65))
    costs = len(numbers) * _WIDTHS + longer * _EXCEPTION_BITS
    if len(numbers) > _MOST_EXCEPTIONS:
        costs[longer > _MOST_EXCEPTIONS] = np.iinfo(np.int64).max
    width = int(costs.argmin())
    return _Form(int(costs[width]) + 16 * order, order, width, centre, zigzag)


def _zigzag(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    return ((numbers << 1) ^ (numbers >> 63)).view(np.uint64)


def _write(form: _Form, first: int, divisor: int, steps: NDArray[np.int64]) -> bytes:
    exceptions = np.flatnonzero(form.zigzag >> np.uint64(form.width))  # shifted by 64, all are zero
    seed = int(steps[1]) if form.order == 2 else 0
    head = _head(form.order, form.width, len(exceptions), (first, divisor, form.centre, seed))
    numbers = form.zigzag[exceptions]
    listed = exceptions.astype(_POSITION).tobytes() + numbers.astype(_NUMBER).tobytes()
    # Of an exception the low bits stay in its place; reading the column replaces them.
    return head + listed + pack_bits(form.zigzag, form.width)


def _head(order: int, width: int, exceptions: int, fields: Sequence[int]) -> bytes:
    sizes = [_size(field) for field in fields]
    nibbles = sizes[0] << 12 | sizes[1] << 8 | sizes[2] << 4 | sizes[3]
    numbers = (field.to_bytes(size, signed=True) for field, size in zip(fields, sizes, strict=True))
    return _HEAD.pack(order, width, exceptions, nibbles) + b"".join(numbers)


def _size(number: int) -> int:
    """Return the bytes of a signed number; none for zero."""
    return ((number if number > 0 else ~number).bit_length() + 8) // 8 if number else 0


def _blocks(shapes: dict[tuple[int, int, int], list[int]]) -> Iterator[list[int]]:
    for places in shapes.values():
        for start in range(0, len(places), _ROWS_AT_ONCE):
            yield places[start : start + _ROWS_AT_ONCE]


def _restore(columns: Sequence[tuple[bytes | memoryview, Head]]) -> NDArray[np.int64]:
    """Return the numbers of columns of one shape, one row each. Sums wrap around, as the differences did."""
    heads = [head for _, head in columns]
    count, order, width = heads[0][:3]
    size = packed_size(count - order, width)
    packed = b"".join(buffer[head.end - size : head.end] for buffer, head in columns)
    rows = np.frombuffer(packed, np.uint8).reshape(len(columns), size)
    numbers = unpack_bits(rows, count - order, width)
    for row, (buffer, head) in zip(numbers, columns, strict=True):
        if head.exceptions:
            _put_exceptions(row, buffer, head)
    fields = np.array([head[4:8] for head in heads], np.int64)
    first, divisor, centre, seed = (fields[:, [field]] for field in range(4))
    sign = -(numbers & 1)
    np.right_shift(numbers.view(np.uint64), np.uint64(1), out=numbers.view(np.uint64))
    numbers ^= sign
    numbers += centre
    for start in (seed, 0)[2 - order :]:
        longer = np.empty((len(numbers), numbers.shape[1] + 1), np.int64)
        longer[:, :1], longer[:, 1:] = start, numbers
        numbers = np.cumsum(longer, axis=1, out=longer)
    numbers *= divisor
    numbers += first
    return numbers


def _put_exceptions(row: NDArray[np.int64], buffer: bytes | memoryview, head: Head) -> None:
    positions = np.frombuffer(buffer, _POSITION, head.exceptions, head.body)
    if int(positions.max()) >= len(row):
        raise ValueError("an exception lies outside the column")
    numbers_at = head.body + _POSITION.itemsize * head.exceptions
    numbers = np.frombuffer(buffer, _NUMBER, head.exceptions, numbers_at)
    row[positions] = numbers.astype(np.int64)
