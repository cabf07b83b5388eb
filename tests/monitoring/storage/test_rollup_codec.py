"""The buckets of a day read back exactly, or not at all."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.storage.checksum import seal, unseal
from monitoring.storage.rollup_codec import (
    MAX_BUCKETS,
    Buckets,
    CorruptRollupError,
    decode_buckets,
    decode_rollups,
    encode_buckets,
)

FIVE_MINUTES_MS = 300_000
MIDNIGHT_MS = 1_736_640_000_000

ROWS = st.lists(
    st.tuples(st.integers(1, 10**6), st.floats(), st.floats(), st.floats(), st.integers(0, 99)),
    min_size=1,
    max_size=40,
)


def buckets_of(rows: Sequence[tuple[int, float, float, float, float]]) -> Buckets:
    counts, *doubles = zip(*rows, strict=True)
    return Buckets(
        MIDNIGHT_MS + FIVE_MINUTES_MS * np.arange(len(rows)),
        np.array(counts, np.int64),
        *(np.array(column, np.float64) for column in doubles),
    )


def a_day(buckets: int = 288) -> Buckets:
    return buckets_of([(30, 30.0 * (n % 7), n % 5, n % 7, n % 6) for n in range(buckets)])


@given(ROWS)
def test_buckets_read_back_to_the_last_bit(
    rows: list[tuple[int, float, float, float, int]],
) -> None:
    buckets = buckets_of(rows)

    read = decode_buckets(encode_buckets(buckets))

    for field in fields(Buckets):
        assert getattr(read, field.name).tobytes() == getattr(buckets, field.name).tobytes()


@given(st.lists(ROWS, max_size=5))
def test_many_payloads_read_back_one_after_the_other(
    many: list[list[tuple[int, float, float, float, int]]],
) -> None:
    expected = [buckets_of(rows) for rows in many]

    lengths, read = decode_rollups([encode_buckets(buckets) for buckets in expected])

    assert lengths.tolist() == [len(buckets) for buckets in expected]
    for field in fields(Buckets):
        columns = [getattr(buckets, field.name).tobytes() for buckets in expected]
        assert getattr(read, field.name).tobytes() == b"".join(columns)


def test_one_damaged_payload_among_others_is_an_error() -> None:
    good = encode_buckets(a_day(2))

    with pytest.raises(CorruptRollupError, match="checksum"):
        decode_rollups([good, good[:-1] + b"?"])


def test_a_day_of_whole_numbers_costs_less_than_four_bytes_a_bucket() -> None:
    assert len(encode_buckets(a_day())) < 4 * 288


@given(st.data())
def test_a_flipped_bit_is_an_error_and_never_another_value(data: st.DataObject) -> None:
    payload = bytearray(encode_buckets(a_day(12)))
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(CorruptRollupError, match="checksum"):
        decode_buckets(bytes(payload))


@pytest.mark.parametrize("length", range(0, 60, 7))
def test_a_body_that_is_cut_off_is_an_error(length: int) -> None:
    body = bytes(unseal(encode_buckets(a_day(12))))

    with pytest.raises(CorruptRollupError):
        decode_buckets(seal(body[:length]))


def test_a_version_from_the_future_is_named() -> None:
    body = bytes(unseal(encode_buckets(a_day(2))))

    with pytest.raises(CorruptRollupError, match="version 2"):
        decode_buckets(seal(b"\x02" + body[1:]))


def test_a_body_with_more_than_its_columns_is_an_error() -> None:
    body = bytes(unseal(encode_buckets(a_day(2))))

    with pytest.raises(CorruptRollupError, match="longer"):
        decode_buckets(seal(body + b"?"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"last": np.zeros(3)}, "one length"),
        ({"start_ms": np.array([2, 1])}, "ascend"),
        ({"start_ms": np.array([1, 1])}, "ascend"),
    ],
)
def test_what_is_no_roll_up_is_not_encoded(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        encode_buckets(replace(a_day(2), **change))


def test_a_roll_up_needs_a_bucket_and_takes_no_more_than_its_header_can_count() -> None:
    nothing = Buckets(*(getattr(a_day(1), field.name)[:0] for field in fields(Buckets)))

    with pytest.raises(ValueError, match="needs buckets"):
        encode_buckets(nothing)
    with pytest.raises(ValueError, match="too many"):
        encode_buckets(a_day(MAX_BUCKETS + 1))
    assert len(decode_buckets(encode_buckets(a_day(MAX_BUCKETS)))) == 65_535
