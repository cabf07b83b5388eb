"""Many roll-ups decoded at once are what each of them is alone."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.storage.rollup_codec import (
    Buckets,
    CorruptRollupError,
    decode_buckets,
    decode_rollups,
    encode_buckets,
)

COLUMNS = ("start_ms", "count", "sum", "min", "max", "last")
# Whole numbers, two decimals, and doubles that are none: each shape that a column can have.
VALUES = st.one_of(
    st.integers(-1_000, 1_000).map(float),
    st.integers(-10_000, 10_000).map(lambda number: number / 100),
    st.floats(allow_nan=False),
    st.just(-0.0),
)


@st.composite
def day(draw: st.DrawFn) -> Buckets:
    """Return the buckets of one series, up to six."""
    starts = sorted(draw(st.sets(st.integers(0, 287), min_size=1, max_size=6)))
    size = len(starts)
    doubles = [draw(st.lists(VALUES, min_size=size, max_size=size)) for _ in range(4)]
    counts = draw(st.lists(st.integers(1, 10**6), min_size=size, max_size=size))
    return Buckets(
        np.array(starts, np.int64) * 300_000,
        np.array(counts, np.int64),
        *(np.array(column, np.float64) for column in doubles),
    )


@given(st.lists(day(), max_size=5))
def test_each_of_many_is_what_it_is_alone(days: list[Buckets]) -> None:
    payloads = [encode_buckets(buckets) for buckets in days]

    counts, together = decode_rollups(payloads)

    assert counts.tolist() == [len(buckets) for buckets in days]
    alone = [decode_buckets(payload) for payload in payloads]
    for name in COLUMNS:
        expected = b"".join(getattr(buckets, name).tobytes() for buckets in alone)
        assert getattr(together, name).tobytes() == expected


def test_none_at_all_are_no_buckets() -> None:
    counts, together = decode_rollups([])

    assert (len(counts), len(together)) == (0, 0)
    kinds = [getattr(together, name).dtype.kind for name in COLUMNS]
    assert kinds == ["i", "i", "f", "f", "f", "f"]


def payload() -> bytes:
    column = np.array([1.5, math.pi, -0.0])
    return encode_buckets(
        Buckets(np.arange(3, dtype=np.int64), np.ones(3, np.int64), *([column] * 4))
    )


@pytest.mark.parametrize("place", range(len(payload())))
def test_one_damaged_byte_among_many_is_noticed(place: int) -> None:
    damaged = bytearray(payload())
    damaged[place] ^= 0x10

    with pytest.raises(CorruptRollupError):
        decode_rollups([payload(), bytes(damaged), payload()])


@pytest.mark.parametrize("length", range(0, len(payload()), 7))
def test_a_payload_that_is_cut_off_is_noticed(length: int) -> None:
    with pytest.raises(CorruptRollupError):
        decode_rollups([payload()[:length]])
