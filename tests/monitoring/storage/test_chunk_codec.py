"""A chunk reads back exactly, alone and among others, or not at all."""

import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitoring.storage.checksum import seal
from monitoring.storage.chunk_codec import (
    MAX_SAMPLES,
    CorruptChunkError,
    decode_chunk,
    decode_chunks,
    encode_chunk,
)
from monitoring.storage.doubles import pack_doubles
from monitoring.storage.packing import pack

NOON_MS = 1_736_683_200_000
INT64 = np.iinfo(np.int64)

Samples = tuple[NDArray[np.int64], NDArray[np.float64]]


@st.composite
def samples(draw: st.DrawFn) -> Samples:
    """Return samples of one series: mostly regular instants and like values, sometimes anything."""
    count = draw(st.integers(1, 40))
    instants = NOON_MS + 10_000 * np.arange(count)
    if draw(st.booleans()):
        anything = st.sets(st.integers(INT64.min, INT64.max), min_size=count, max_size=count)
        instants = np.array(sorted(draw(anything)), np.int64)
    value = draw(
        st.sampled_from(
            [st.integers(0, 100).map(float), st.integers(0, 9_999).map(lambda k: k / 100)]
        )
        | st.just(st.floats())
    )
    return instants, np.array(draw(st.lists(value, min_size=count, max_size=count)), np.float64)


def regular(values: Sequence[float]) -> Samples:
    return NOON_MS + 10_000 * np.arange(len(values)), np.array(values, np.float64)


@given(samples())
def test_a_chunk_reads_back_to_the_last_bit(one: Samples) -> None:
    at_ms, values = decode_chunk(encode_chunk(*one))

    assert at_ms.tolist() == one[0].tolist()
    assert values.tobytes() == one[1].tobytes()


@given(st.lists(samples(), max_size=80))
def test_many_chunks_read_back_one_after_the_other(many: list[Samples]) -> None:
    counts, at_ms, values = decode_chunks([encode_chunk(*one) for one in many])

    assert counts.tolist() == [len(one[0]) for one in many]
    assert at_ms.tolist() == [instant for one in many for instant in one[0].tolist()]
    assert values.tobytes() == b"".join(one[1].tobytes() for one in many)


def test_chunks_of_different_scales_keep_their_own() -> None:
    many = [regular([1.0, 2.0]), regular([0.25, 0.5]), regular([1 / 3, 2 / 3]), regular([7.0])]

    _, _, values = decode_chunks([encode_chunk(*one) for one in many])

    assert values.tolist() == [1.0, 2.0, 0.25, 0.5, 1 / 3, 2 / 3, 7.0]


def test_nothing_decodes_to_nothing() -> None:
    counts, at_ms, values = decode_chunks([])

    assert (len(counts), len(at_ms), len(values)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("values", "most_bytes_a_sample"),
    [
        ([50.0 + (n * n % 7) for n in range(720)], 0.5),
        ([5.0] * 720, 0.06),
        ([n * 12.5 for n in range(720)], 0.06),
        ([round(20 + (n * 7919 % 1_000) / 100, 2) for n in range(720)], 1.3),
    ],
    ids=["whole", "constant", "counter", "two decimals"],
)
def test_a_sealed_sample_costs_little(values: list[float], most_bytes_a_sample: float) -> None:
    assert len(encode_chunk(*regular(values))) < 720 * most_bytes_a_sample


@given(samples(), st.data())
def test_a_flipped_bit_is_an_error_and_never_another_value(
    one: Samples, data: st.DataObject
) -> None:
    payload = bytearray(encode_chunk(*one))
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(CorruptChunkError):
        decode_chunk(bytes(payload))


@given(samples(), st.data())
def test_a_chunk_that_is_cut_off_is_an_error(one: Samples, data: st.DataObject) -> None:
    payload = encode_chunk(*one)

    with pytest.raises(CorruptChunkError):
        decode_chunk(payload[: data.draw(st.integers(0, len(payload) - 1))])


def test_one_damaged_chunk_among_others_is_an_error() -> None:
    good = encode_chunk(*regular([1.0, 2.0]))

    with pytest.raises(CorruptChunkError, match="checksum"):
        decode_chunks([good, good[:-1] + b"?"])


@given(st.binary(max_size=120))
def test_garbage_with_the_right_checksum_is_an_error_or_one_sample_for_each_announced(
    garbage: bytes,
) -> None:
    try:
        at_ms, values = decode_chunk(seal(b"\x01" + garbage))
    except CorruptChunkError:
        return
    assert len(at_ms) == len(values) == struct.unpack_from(">H", garbage)[0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\x01\x00", "buffer"),
        (b"\x02\x00\x01", "version 2"),
        (b"\x01\x00\x00" + bytes(12), "no sense"),
        (b"\x01\x00\x01" + bytes(6), "cut off"),
        (b"\x01\x00\x01" + bytes(6) + b"\x00" + bytes(6) + b"?", "longer"),
        (
            b"\x01\x00\x02"
            + struct.pack(">BBHHBIQ", 0, 0, 1, 0x0100, 1, 9, 1)
            + pack_doubles(np.array([1.0, 2.0])),
            "outside",
        ),
        (b"\x01\x00\x02" + pack(np.array([1, 2])) + b"\x09" + bytes(6), "scale 9"),
    ],
)
def test_columns_that_make_no_sense_are_an_error(body: bytes, reason: str) -> None:
    with pytest.raises(CorruptChunkError, match=reason):
        decode_chunk(seal(body))


@pytest.mark.parametrize(
    ("at_ms", "values", "reason"),
    [
        ([], [], "needs samples"),
        ([1], [1.0, 2.0], "one length"),
        ([1, 2], [1.0], "one length"),
        ([1, 1], [1.0, 2.0], "ascend"),
        ([2, 1], [1.0, 2.0], "ascend"),
    ],
)
def test_what_is_no_chunk_is_not_encoded(
    at_ms: list[int], values: list[float], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        encode_chunk(np.array(at_ms, np.int64), np.array(values, np.float64))


def test_a_chunk_holds_as_many_samples_as_its_header_can_count() -> None:
    most = regular([1.0] * MAX_SAMPLES)

    assert len(decode_chunk(encode_chunk(*most))[0]) == 65_535
    with pytest.raises(ValueError, match="too many"):
        encode_chunk(*regular([1.0] * (MAX_SAMPLES + 1)))
