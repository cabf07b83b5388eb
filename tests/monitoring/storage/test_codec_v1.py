"""Segments of the first version, as it wrote them, are still read."""

import struct
import zlib

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from monitoring.storage.codec import CorruptSegmentError, decode

# Written by the first version: series 7 with 45.2 at 1,736,683,200,000 ms.
LONE_SAMPLE = bytes.fromhex(
    "010100000001000000009e625a9401000010000000070000000100000000000000000000009a99999999994640"
    "cfdf2321"
)
# Written by the first version: series 1 and 2, 60 samples each, every 10 s, values 0.0 to 59.0 and twice that.
TWO_SERIES = bytes.fromhex(
    "017800000002000000009e625a940100000101000028b52ffd60d002bd0700d40901000000010000003c102700"
    "204e00307500409c0050c30060ea007011010080380100905f0100a0860100b0ad0100c0d40100d0fb0100e022"
    "0200f049020071109820bf30e6400d035034605b708280a990d0a0f7b01e04c045d06ce093f0ba00e210090520"
    "303057407e50a560cc70f3801a069041a068b08fc0b6d0dde00407f02b0053107a20a130c840ef501608603d70"
    "64808b90b2a0d9b000093f20e0853603d5e30a1e106360030f3cf0e03b061e78e0030f3cf88e81071ed8c083ef"
    "1878e081071ed8e03b061e78e08107bb63e081071e78e0c1771878e03270c32e3762c4881123468c18d9868c1b"
    "6dc8b8530938db4728b52ffd60c002dd050012c9222870673afcffffffffff7fe8ffbf6d00fe16fea516fe16fe"
    "3b6aa0d72a7a2d4a0c1494a992bab222a439eeff7f8e61f87d5db76d59765d55354d51f43c4db32c4912f2c728"
    "86e0e775dca665d8952b6a9222e8711a665192e71edfe23b7c83efefedbdbb37f7dededa3b7b63efeb9dadca41"
    "352686b4881450e2413887c6c014168232480401c0f3adc81f76a820b407f095cd1012851bc690eb89f5c9c7ed"
    "834e6f8025e5f3793ecfcbf3793e9fcfa2aca7ba1ec892e4496bcb78a0"
)


def with_checksum(body: bytes) -> bytes:
    return body + struct.pack("<I", zlib.crc32(body))


def header(samples: int, series: int, head_bytes: int) -> bytes:
    return struct.pack("<BIIqI", 1, samples, series, 0, head_bytes)


def test_a_lone_sample_is_read() -> None:
    read = decode(LONE_SAMPLE)

    assert read.index.ids.tolist() == [7]
    assert (read.at_ms.tolist(), read.values.tolist()) == ([1_736_683_200_000], [45.2])


def test_compressed_columns_are_read() -> None:
    read = decode(TWO_SERIES)

    assert read.index.ids.tolist() == [1, 2]
    assert read.index.starts.tolist() == [0, 60, 120]
    assert read.at_ms.tolist() == [1_736_683_200_000 + 10_000 * n for n in range(60)] * 2
    assert read.values.tolist() == [float(n) for n in range(60)] + [2.0 * n for n in range(60)]


def test_its_arrays_are_read_only_as_well() -> None:
    with pytest.raises(ValueError, match="read-only"):
        decode(TWO_SERIES).values[0] = 7


@given(st.data())
def test_a_flipped_byte_is_an_error_and_never_another_value(data: st.DataObject) -> None:
    payload = bytearray(TWO_SERIES)
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(CorruptSegmentError):
        decode(bytes(payload))


@pytest.mark.parametrize("length", [1, 15, 20, 24])
def test_a_payload_that_is_cut_off_is_an_error(length: int) -> None:
    with pytest.raises(CorruptSegmentError, match="cut off"):
        decode(LONE_SAMPLE[:length])


def test_a_column_that_is_not_zstd_is_an_error() -> None:
    with pytest.raises(CorruptSegmentError, match="cannot be unpacked"):
        decode(with_checksum(header(1, 1, 16) + struct.pack("<iiq", 1, 1, 0) + b"not zstd"[:7]))


def test_a_column_of_another_length_is_an_error() -> None:
    head = struct.pack("<iiqq", 1, 2, 0, 0)
    values = zstandard.compress(bytes(24))

    with pytest.raises(CorruptSegmentError, match=r"wrong length|cannot be unpacked"):
        decode(with_checksum(header(2, 1, len(head)) + head + values))


def test_a_column_that_is_too_short_is_an_error() -> None:
    head = struct.pack("<iiqq", 1, 2, 0, 0)
    values = zstandard.compress(np.zeros(1).tobytes())

    with pytest.raises(CorruptSegmentError, match="wrong length"):
        decode(with_checksum(header(2, 1, len(head)) + head + values))


def test_an_index_that_cannot_be_searched_is_an_error() -> None:
    head = struct.pack("<iiqq", 1, 3, 0, 0)

    with pytest.raises(CorruptSegmentError, match="add up"):
        decode(with_checksum(header(2, 1, len(head)) + head + bytes(16)))


def test_a_segment_without_samples_is_an_error() -> None:
    with pytest.raises(CorruptSegmentError):
        decode(with_checksum(header(0, 0, 0)))
