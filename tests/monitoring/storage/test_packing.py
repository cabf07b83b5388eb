"""Columns of whole numbers: exact for any, small for those that are stored, and safe to read whatever they hold."""

import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitoring.storage.packing import pack, read_head, unpack, unpack_many

INT64 = np.iinfo(np.int64)
NOON_MS = 1_736_683_200_000


@st.composite
def columns(draw: st.DrawFn) -> list[int]:
    """Return numbers as they are stored: around a level, in regular steps, with outliers, or anything."""
    anything = st.integers(INT64.min, INT64.max)
    spread = draw(st.sampled_from([1, 10, 1_000, 1 << 31, 1 << 59, 1 << 62]))
    level, unit = draw(st.integers(-(2**40), 2**40)), draw(st.sampled_from([1, 7, 10_000]))
    near = st.integers(-spread, spread).map(
        lambda k: max(min(level + unit * k, INT64.max), INT64.min)
    )
    numbers = draw(
        st.lists(near, min_size=1, max_size=40) | st.lists(anything, min_size=1, max_size=8)
    )
    if draw(st.booleans()):
        numbers[draw(st.integers(0, len(numbers) - 1))] = draw(anything)
    if draw(st.booleans()):
        sums = np.cumsum(np.array(numbers, np.int64))
        numbers = sums.tolist()
    return numbers


ORDERS = st.sampled_from([(0, 1, 2), (0,), (1,), (2,), (0, 1), ()])


def array(numbers: Sequence[int]) -> NDArray[np.int64]:
    return np.array(numbers, np.int64)


def head(
    order: int = 0, width: int = 0, exceptions: int = 0, sizes: int = 0, rest: bytes = b""
) -> bytes:
    return struct.pack(">BBHH", order, width, exceptions, sizes) + rest


@given(columns(), ORDERS, st.binary(max_size=3), st.binary(max_size=3))
@example([INT64.min, INT64.max], (0,), b"", b"")
def test_any_column_reads_back_and_tells_where_it_ends(
    numbers: list[int], orders: tuple[int, ...], before: bytes, behind: bytes
) -> None:
    packed = pack(array(numbers), orders=orders)

    read, end = unpack(before + packed + behind, len(before), len(numbers))

    assert read.tolist() == numbers
    assert end == len(before) + len(packed)


@pytest.mark.parametrize("apart", [2**60 - 1, 2**60, 2**63 - 1, 2**63, 2**64 - 1])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_numbers_far_apart_read_back(apart: int, order: int) -> None:
    lowest = -(apart // 2) - 1
    numbers = [lowest, lowest + apart, lowest, lowest + apart // 3, lowest + apart]

    packed = pack(array(numbers), orders=(order,))

    assert unpack(packed, 0, 5)[0].tolist() == numbers


@pytest.mark.parametrize("apart", [2**60, 2**63])
def test_numbers_far_apart_are_kept_without_differences(apart: int) -> None:
    packed = pack(array([-1, apart - 1, -1] if apart < 2**63 else [-1, 2**63 - 1]), orders=(1, 2))

    assert packed[0] == 0


def test_numbers_a_little_nearer_may_be_kept_as_differences() -> None:
    assert pack(array([0, 2**60 - 1, 5]), orders=(1,))[0] == 1


@pytest.mark.parametrize(
    ("numbers", "order"),
    [
        ([n * 37 % 61 for n in range(200)], 0),
        ([n * n % 7 + 50 * n for n in range(200)], 1),
        ([n * n * 50 + n % 2 for n in range(200)], 2),
    ],
    ids=["scattered", "rising", "accelerating"],
)
def test_of_all_orders_the_smallest_is_taken(numbers: list[int], order: int) -> None:
    alone = [len(pack(array(numbers), orders=(order,))) for order in (0, 1, 2)]

    packed = pack(array(numbers))

    assert packed[0] == order
    assert len(packed) == min(alone)


@pytest.mark.parametrize(
    ("numbers", "most_bytes"),
    [
        ([5] * 720, 7),
        ([0], 6),
        ([INT64.min] * 3, 14),
        ([NOON_MS + 10_000 * n for n in range(720)], 15),
        ([NOON_MS + 10_000 * (n + 6 * (n > 300)) for n in range(720)], 27),
        ([n * n for n in range(720)], 20),
        ([n % 2 for n in range(720)], 100),
    ],
    ids=["constant", "zero", "far constant", "regular", "one gap", "accelerating", "bits"],
)
def test_what_is_regular_costs_next_to_nothing(numbers: list[int], most_bytes: int) -> None:
    assert len(pack(array(numbers))) <= most_bytes


def test_a_common_divisor_is_taken_out_wherever_it_ends() -> None:
    thousands = [1_000 * (n * 37 % 61) for n in range(200)]

    assert len(pack(array(thousands))) < 170
    assert len(pack(array([*thousands, 7]))) > 300


def test_an_outlier_is_listed_instead_of_widening_all() -> None:
    assert len(pack(array([n % 4 for n in range(720)] + [10**12]))) < 220


@pytest.mark.parametrize("numbers", [[0, 9] * 40_000 + [10**9] * 70_000])
def test_more_exceptions_than_can_be_counted_widen_the_column(numbers: list[int]) -> None:
    read, _ = unpack(pack(array(numbers)), 0, len(numbers))

    assert read.tolist() == numbers


def test_a_pattern_among_many_numbers_does_not_mislead_the_choice() -> None:
    # Every fifth difference is large: to look at each fifth only would see nothing else.
    stairs = np.cumsum([1_000_000 if n % 5 == 4 else 1 for n in range(5_000)])

    assert len(pack(stairs, orders=(1,))) < 5_000 * 2.7


@pytest.mark.parametrize(("numbers", "order"), [([1, 5], 2), ([7], 1)])
def test_a_column_too_short_for_its_order_is_kept_plain(numbers: list[int], order: int) -> None:
    packed = pack(array(numbers), orders=(order,))

    assert packed[0] == 0
    assert unpack(packed, 0, len(numbers))[0].tolist() == numbers


def test_an_empty_column_is_refused() -> None:
    with pytest.raises(ValueError, match="needs numbers"):
        pack(array([]))


@given(columns(), st.data())
def test_a_column_that_is_cut_off_is_refused(numbers: list[int], data: st.DataObject) -> None:
    packed = pack(array(numbers))

    with pytest.raises(ValueError, match="cut off"):
        unpack(packed[: data.draw(st.integers(0, len(packed) - 1))], 0, len(numbers))


@given(st.binary(max_size=100), st.integers(-2, 100), st.integers(-1, 2_000))
def test_garbage_is_refused_or_reads_as_so_many_numbers(
    garbage: bytes, offset: int, count: int
) -> None:
    try:
        numbers, end = unpack(garbage, offset, count)
    except ValueError:
        return
    assert len(numbers) == count
    assert offset < end <= len(garbage)


@pytest.mark.parametrize(
    ("column", "count", "reason"),
    [
        (head(order=3), 5, "no sense"),
        (head(width=65, rest=bytes(99)), 5, "no sense"),
        (head(order=1), 1, "no sense"),
        (head(), 0, "no sense"),
        (head(exceptions=6, rest=bytes(99)), 5, "no sense"),
        (head(sizes=0x9000, rest=bytes(99)), 5, "too long"),
        (head(sizes=0x0009, rest=bytes(99)), 5, "too long"),
        (head(sizes=0x2000, rest=b"\0"), 5, "cut off"),
        (head(width=8, sizes=0x0100, rest=bytes(5)), 5, "cut off"),
    ],
)
def test_a_head_that_makes_no_sense_is_refused(column: bytes, count: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_head(column, 0, count)


@pytest.mark.parametrize("position", [2, 2**32 - 1])
def test_an_exception_outside_its_column_is_refused(position: int) -> None:
    listed = struct.pack(">BIQ", 1, position, 5)

    with pytest.raises(ValueError, match="outside"):
        unpack(head(exceptions=1, sizes=0x0100, rest=listed), 0, 2)


@given(st.lists(columns(), max_size=70))
def test_many_columns_read_together_as_one_by_one(many: list[list[int]]) -> None:
    packed = [pack(array(numbers)) for numbers in many]
    heads = [read_head(one, 0, len(numbers)) for one, numbers in zip(packed, many, strict=True)]
    starts = np.cumsum([0, *map(len, many)]).tolist()
    into = np.zeros(starts[-1], np.int64)

    unpack_many(list(zip(packed, heads, strict=True)), into, starts)

    assert into.tolist() == [number for numbers in many for number in numbers]


def test_more_columns_of_one_shape_than_are_restored_at_once_read_back() -> None:
    many = [pack(array([n, n + 3, n + 5])) for n in range(200)]
    into = np.zeros(600, np.int64)

    unpack_many([(one, read_head(one, 0, 3)) for one in many], into, range(0, 600, 3))

    assert into.reshape(200, 3).tolist() == [[n, n + 3, n + 5] for n in range(200)]
