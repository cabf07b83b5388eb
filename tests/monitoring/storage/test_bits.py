"""Numbers of any width, end to end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.storage.bits import pack_bits, packed_size, unpack_bits


@given(st.integers(0, 64), st.data())
def test_numbers_of_any_width_read_back(width: int, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(0, 2**width - 1), min_size=1, max_size=50))

    packed = pack_bits(np.array(numbers, np.uint64), width)

    rows = np.frombuffer(packed, np.uint8).reshape(1, -1)
    assert len(packed) == packed_size(len(numbers), width)
    assert unpack_bits(rows, len(numbers), width).view(np.uint64).tolist() == [numbers]


def test_the_highest_bit_comes_first_and_the_last_byte_is_filled_with_zeros() -> None:
    assert pack_bits(np.array([0b101, 0b001, 0b110], np.uint64), 3) == bytes([0b10100111, 0b0])


def test_bits_beyond_the_width_are_left_out() -> None:
    assert pack_bits(np.array([0b11111, 0b00001], np.uint64), 4) == bytes([0b11110001])


def test_rows_are_read_each_for_itself() -> None:
    rows = np.array([[0b00011011], [0b11100100]], np.uint8)

    assert unpack_bits(rows, 4, 2).tolist() == [[0, 1, 2, 3], [3, 2, 1, 0]]


@pytest.mark.parametrize(
    ("count", "width", "size"), [(0, 9, 0), (9, 0, 0), (8, 1, 1), (9, 1, 2), (3, 64, 24)]
)
def test_the_size_is_rounded_up_to_a_byte(count: int, width: int, size: int) -> None:
    assert packed_size(count, width) == size
