"""A payload reads back exactly, or not at all."""

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitoring.storage import codec
from monitoring.storage.codec import CorruptSegmentError, decode, decode_series, encode

Columns = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]

_INT32 = np.iinfo(np.int32)
_INT64 = np.iinfo(np.int64)

_ROWS = st.lists(
    st.tuples(
        st.integers(1, 5) | st.integers(_INT32.min, _INT32.max),
        st.integers(1_736_683_200_000, 1_736_683_300_000) | st.integers(_INT64.min, _INT64.max),
        st.integers(-50, 50).map(float) | st.floats(width=64),
    ),
    min_size=1,
    max_size=60,
)


def columns_of(rows: list[tuple[int, int, float]]) -> Columns:
    rows = sorted(rows, key=lambda row: row[:2])
    series, at_ms, values = zip(*rows, strict=True)
    return (
        np.array(series, np.int32),
        np.array(at_ms, np.int64),
        np.array(values, np.float64),
    )


def bits(values: NDArray[np.float64]) -> bytes:
    """NaN is not equal to itself, its bits are."""
    return values.tobytes()


@given(_ROWS)
def test_a_payload_reads_back_to_the_last_bit(rows: list[tuple[int, int, float]]) -> None:
    series, at_ms, values = columns_of(rows)

    read = decode(encode(series, at_ms, values))

    assert np.repeat(read.index.ids, np.diff(read.index.starts)).tolist() == series.tolist()
    assert read.at_ms.tolist() == at_ms.tolist()
    assert bits(read.values) == bits(values)


@given(_ROWS, st.data())
def test_one_series_reads_the_same_alone_as_among_all(
    rows: list[tuple[int, int, float]], data: st.DataObject
) -> None:
    series, at_ms, values = columns_of(rows)
    wanted = data.draw(st.sampled_from(series.tolist()) | st.integers(1, 6))

    found_at, found = decode_series(encode(series, at_ms, values), wanted)

    assert found_at.tolist() == at_ms[series == wanted].tolist()
    assert bits(found) == bits(values[series == wanted])


@given(_ROWS, st.data())
def test_a_flipped_byte_is_an_error_and_never_another_value(
    rows: list[tuple[int, int, float]], data: st.DataObject
) -> None:
    payload = bytearray(encode(*columns_of(rows)))
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises(CorruptSegmentError):
        decode(bytes(payload))


@given(_ROWS, st.data())
def test_a_payload_that_is_cut_off_is_an_error(
    rows: list[tuple[int, int, float]], data: st.DataObject
) -> None:
    payload = encode(*columns_of(rows))

    with pytest.raises(CorruptSegmentError):
        decode(payload[: data.draw(st.integers(0, len(payload) - 1))])


@given(st.binary(max_size=200))
def test_garbage_is_an_error(garbage: bytes) -> None:
    with pytest.raises(CorruptSegmentError):
        decode(garbage)


def sealed(body: bytes) -> bytes:
    """Return a payload whose checksum is right, whatever it says."""
    return body + struct.pack("<I", zlib.crc32(body))


@pytest.mark.parametrize("length", [0, 1, 15, 20])
def test_a_payload_shorter_than_its_header_is_an_error_even_if_its_checksum_is_right(
    length: int,
) -> None:
    with pytest.raises(CorruptSegmentError, match="cut off"):
        decode(sealed(b"\x01" * length))


def test_a_version_from_the_future_is_named() -> None:
    payload = encode(*columns_of([(1, 0, 1.0)]))

    with pytest.raises(CorruptSegmentError, match="version 9"):
        decode(sealed(b"\x09" + payload[1:-4]))


def test_a_column_that_is_not_zstd_is_an_error() -> None:
    header = struct.pack("<BIIqI", codec.VERSION, 1, 1, 0, 16)

    with pytest.raises(CorruptSegmentError, match="cannot be unpacked"):
        decode(sealed(header + b"\0" * 16 + b"not zstd"[:7]))


def test_a_column_of_another_length_is_an_error() -> None:
    many = encode(*columns_of([(1, at, 5.0) for at in range(100)]))
    head_bytes = struct.unpack_from("<I", many, 17)[0]
    header = struct.pack("<BIIqI", codec.VERSION, 101, 1, 0, head_bytes)

    with pytest.raises(CorruptSegmentError, match="wrong length"):
        decode(sealed(header + many[21:-4]))


def test_the_values_of_a_segment_without_the_series_stay_packed() -> None:
    payload = encode(*columns_of([(1, at, 5.0) for at in range(100)]))
    head_bytes = struct.unpack_from("<I", payload, 17)[0]
    without_values = sealed(payload[: 21 + head_bytes] + b"not zstd")

    found_at, found = decode_series(without_values, 2)

    assert (found_at.tolist(), found.tolist()) == ([], [])


def test_a_lone_sample_costs_less_than_fifty_bytes() -> None:
    assert len(encode(*columns_of([(1, 1_736_683_200_000, 45.2)]))) < 50


def test_a_thousand_whole_numbers_of_one_instant_cost_less_than_two_bytes_each() -> None:
    rows = [(series, 1_736_683_200_000, float(series * 7 % 101)) for series in range(1_000)]

    assert len(encode(*columns_of(rows))) < 2_000


@pytest.mark.parametrize(
    ("series", "at_ms", "values"),
    [
        ([], [], []),
        ([1], [1, 2], [1.0]),
        ([1], [1], [1.0, 2.0]),
        ([2, 1], [1, 2], [1.0, 2.0]),
        ([1, 1], [2, 1], [1.0, 2.0]),
    ],
)
def test_what_could_not_be_searched_is_not_encoded(
    series: list[int], at_ms: list[int], values: list[float]
) -> None:
    with pytest.raises(ValueError, match="segment"):
        encode(np.array(series, np.int32), np.array(at_ms, np.int64), np.array(values, np.float64))


def test_what_was_decoded_cannot_be_changed_by_one_of_its_readers() -> None:
    read = decode(encode(*columns_of([(1, 1, 1.0), (2, 2, 2.0)])))

    with pytest.raises(ValueError, match="read-only"):
        read.at_ms[0] = 7
    with pytest.raises(ValueError, match="read-only"):
        read.values[0] = 7


def test_many_threads_encode_and_decode_at_once() -> None:
    columns = [columns_of([(n, at, float(n * at)) for at in range(2_000)]) for n in range(16)]

    def there_and_back(one: Columns) -> bool:
        return all(bits(decode(encode(*one)).values) == bits(one[2]) for _ in range(20))

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(there_and_back, columns))


def test_the_size_in_memory_counts_every_array() -> None:
    read = decode(encode(*columns_of([(1, 1, 1.0), (1, 2, 1.0), (2, 2, 2.0)])))

    assert read.nbytes == 2 * 4 + 3 * 8 + 3 * 8 + 3 * 8
