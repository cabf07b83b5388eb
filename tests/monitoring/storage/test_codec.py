"""A payload reads back exactly, or not at all."""

import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitoring.storage import codec
from monitoring.storage.checksum import seal, unseal
from monitoring.storage.codec import CorruptSegmentError, decode, encode
from monitoring.storage.packing import pack

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
def test_a_series_is_found_where_its_samples_lie(
    rows: list[tuple[int, int, float]], data: st.DataObject
) -> None:
    series, at_ms, values = columns_of(rows)
    wanted = data.draw(st.sampled_from(series.tolist()) | st.integers(1, 6))

    read = decode(encode(series, at_ms, values))

    place = read.index.slice_of(wanted)
    assert read.at_ms[place].tolist() == at_ms[series == wanted].tolist()
    assert bits(read.values[place]) == bits(values[series == wanted])


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


@pytest.mark.parametrize("length", [1, 2, 8])
def test_a_payload_shorter_than_its_header_is_an_error_even_if_its_checksum_is_right(
    length: int,
) -> None:
    with pytest.raises(CorruptSegmentError, match="buffer"):
        decode(seal(b"\x02" * length))


def test_a_version_from_the_future_is_named() -> None:
    body = unseal(encode(*columns_of([(1, 0, 1.0)])))

    with pytest.raises(CorruptSegmentError, match="version 9"):
        decode(seal(b"\x09" + body[1:]))


def body_of(samples: int, series: int, ids: list[int], counts: list[int]) -> bytes:
    """Return a body that says of its series what it likes, with a few instants and values."""
    some = np.arange(min(samples, 9) or 1)
    columns = pack(np.array(ids)), pack(np.array(counts)), pack(some), b"\0", pack(some)
    return struct.pack(">BII", 2, samples, series) + b"".join(columns)


@pytest.mark.parametrize(
    ("samples", "series", "ids", "counts", "reason"),
    [
        (0, 0, [1], [1], "no sense"),
        (1, 2, [1, 2], [1, 1], "no sense"),
        ((1 << 24) + 1, 1, [1], [1], "no sense"),
        (3, 2, [1, 2], [1, 1], "add up"),
        (3, 2, [1, 2], [3, 1], "add up"),
        (3, 2, [1, 2], [4, -1], "add up"),
        (3, 2, [1, 2], [3, 0], "add up"),
        (2, 2, [2, 1], [1, 1], "not ascend"),
        (2, 2, [1, 1], [1, 1], "not ascend"),
        (2, 2, [1, 2**31], [1, 1], "not ascend"),
        (2, 2, [-(2**31) - 1, 1], [1, 1], "not ascend"),
    ],
)
def test_an_index_that_cannot_be_searched_is_an_error(
    samples: int, series: int, ids: list[int], counts: list[int], reason: str
) -> None:
    with pytest.raises(CorruptSegmentError, match=reason):
        decode(seal(body_of(samples, series, ids, counts)))


def test_a_payload_with_more_than_its_columns_is_an_error() -> None:
    body = unseal(encode(*columns_of([(1, 0, 1.0)])))

    with pytest.raises(CorruptSegmentError, match="longer"):
        decode(seal(bytes(body) + b"?"))


@given(st.binary(max_size=150))
def test_garbage_with_the_right_checksum_is_an_error_or_so_many_samples(garbage: bytes) -> None:
    try:
        read = decode(seal(struct.pack(">BII", 2, 3, 1) + garbage))
    except CorruptSegmentError:
        return
    assert len(read.at_ms) == len(read.values) == read.index.starts[-1] == 3


def test_a_lone_sample_costs_less_than_fifty_bytes() -> None:
    assert len(encode(*columns_of([(1, 1_736_683_200_000, 45.2)]))) < 50


def test_a_thousand_whole_numbers_of_one_instant_cost_less_than_a_byte_each() -> None:
    rows = [(series, 1_736_683_200_000, float(series * 7 % 101)) for series in range(1_000)]

    assert len(encode(*columns_of(rows))) < 1_000


def test_ten_instants_of_each_series_cost_less_than_two_bytes_a_sample() -> None:
    rows = [
        (series, 1_736_683_200_000 + 10_000 * n, 1_000.0 * series + n)
        for series in range(100)
        for n in range(10)
    ]

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


def test_a_segment_takes_no_more_samples_than_a_reader_accepts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(codec, "MAX_SAMPLES", 2)
    two, three = (columns_of([(1, at, 1.0) for at in range(count)]) for count in (2, 3))

    assert len(decode(encode(*two)).at_ms) == 2
    with pytest.raises(ValueError, match="too many"):
        encode(*three)


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
