"""Doubles as whole numbers: exact to the last bit, and decimals cost what their digits cost."""

import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitoring.storage.doubles import BITS, pack_doubles, read_doubles_head, unpack_doubles
from monitoring.storage.packing import pack

THIRD = 1 / 3
DECIMALS = st.integers(-(10**9), 10**9).flatmap(
    lambda k: st.sampled_from([float(k), k / 10, k / 100, k / 10**6])
)


def doubles(values: Sequence[float]) -> NDArray[np.float64]:
    return np.array(values, np.float64)


@given(st.lists(st.floats() | DECIMALS, min_size=1, max_size=60) | st.lists(DECIMALS, min_size=1))
def test_any_doubles_read_back_to_the_last_bit(values: list[float]) -> None:
    packed = pack_doubles(doubles(values))

    read, end = unpack_doubles(b"-" + packed + b"+", 1, len(values))

    assert read.tobytes() == doubles(values).tobytes()
    assert end == 1 + len(packed)


@pytest.mark.parametrize("orders", [(0,), (0, 1)])
def test_the_orders_reach_the_column(orders: tuple[int, ...]) -> None:
    line = doubles([float(n) for n in range(100)])

    assert pack_doubles(line, orders=orders)[1] == max(orders)


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1.0, -7.0, 2.0**53], 0),
        ([2.0**62 - 2.0**10, 5.0], 0),
        ([0.5, 12.0], 1),
        ([0.25, 12.5], 2),
        ([1e-6, 3.0], 6),
        ([THIRD, 2 * THIRD], BITS),
        ([1e-7, 1e-9], BITS),
        ([2.0**62], BITS),
        ([float("nan"), float("inf")], BITS),
        ([-0.0], BITS),
    ],
)
def test_the_fewest_digits_that_give_the_values_back_are_kept(
    values: list[float], scale: int
) -> None:
    packed = pack_doubles(doubles(values))

    assert packed[0] == scale
    assert unpack_doubles(packed, 0, len(values))[0].tobytes() == doubles(values).tobytes()


@pytest.mark.parametrize("other", [THIRD, -0.0, float("nan"), float("-inf"), 1e300, 5e-324])
def test_one_value_that_is_no_decimal_does_not_make_the_others_dear(other: float) -> None:
    whole = [float(n * 37 % 50) for n in range(500)]

    alone, mixed = pack_doubles(doubles(whole)), pack_doubles(doubles([*whole, other]))

    assert len(mixed) < len(alone) + 50


def test_half_decimals_and_half_others_are_kept_apart() -> None:
    values = doubles([n * THIRD if n % 2 else float(n % 9) for n in range(1, 1_001)])

    assert len(pack_doubles(values, orders=(0,))) < 1_000 * 5


def test_where_most_values_are_no_decimals_the_bits_of_all_are_kept() -> None:
    packed = pack_doubles(doubles([THIRD, 2 * THIRD, 1.0]))

    assert packed[0] == BITS


def test_values_that_the_choice_of_the_scale_did_not_see_are_kept() -> None:
    values = doubles([0.5 if n % 8 == 0 else n * THIRD for n in range(1, 512)])

    assert unpack_doubles(pack_doubles(values), 0, 511)[0].tobytes() == values.tobytes()


def test_a_column_without_values_is_refused() -> None:
    with pytest.raises(ValueError, match="needs numbers"):
        pack_doubles(doubles([]))


def listed(positions: Sequence[int], count: int | None = None) -> bytes:
    column = pack(np.array([5, 6, 7], np.int64))
    length = struct.pack(">I", len(positions) if count is None else count)
    others = np.array(positions, np.int64)
    return bytes([128]) + column + length + pack(others) + pack(others)


def test_listed_values_take_their_places() -> None:
    values, _ = unpack_doubles(listed([0, 2]), 0, 3)

    assert values[1] == 6.0
    assert values[[0, 2]].view(np.int64).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("column", "offset", "reason"),
    [
        (b"", 0, "cut off"),
        (b"\0", -1, "cut off"),
        (b"\x08" + bytes(6), 0, "scale 8"),
        (b"\xff" + bytes(6), 0, "scale 127"),
        (b"\x80" + bytes(9), 0, "cut off"),
        (listed([0], count=0), 0, "listed than there are"),
        (listed([0], count=4), 0, "listed than there are"),
        (listed([0, 3]), 0, "outside"),
        (listed([-1]), 0, "outside"),
    ],
)
def test_a_column_that_makes_no_sense_is_refused(column: bytes, offset: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_doubles_head(column, offset, 3)


@given(st.binary(max_size=120), st.integers(0, 300))
def test_garbage_is_refused_or_reads_as_so_many_values(garbage: bytes, count: int) -> None:
    try:
        values, end = unpack_doubles(garbage, 0, count)
    except ValueError:
        return
    assert len(values) == count
    assert end <= len(garbage)
