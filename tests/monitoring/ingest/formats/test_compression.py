"""Compressed bodies: what they hold, what is no compression, and bombs that never go off."""

import gzip
import tracemalloc

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import PayloadTooLargeError
from monitoring.ingest.formats.compression import unpack_gzip, unpack_snappy
from monitoring.ingest.formats.malformed import MalformedBodyError
from tests.monitoring.ingest.formats.encoding import varint

LIMIT = 1_000
UNPACK = pytest.mark.parametrize("unpack", [unpack_snappy, unpack_gzip])


def snappy(content: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(content))


@pytest.mark.parametrize("size", [0, 1, 999, 1_000])
def test_a_body_up_to_the_limit_is_unpacked(size: int) -> None:
    content = bytes(range(256)) * 4
    content = content[:size]

    assert unpack_snappy(snappy(content), most_bytes=LIMIT) == content
    assert unpack_gzip(gzip.compress(content), most_bytes=LIMIT) == content


@pytest.mark.parametrize("size", [1_001, 100_000])
def test_a_body_beyond_the_limit_is_refused(size: int) -> None:
    with pytest.raises(PayloadTooLargeError):
        unpack_snappy(snappy(b"x" * size), most_bytes=LIMIT)
    with pytest.raises(PayloadTooLargeError):
        unpack_gzip(gzip.compress(b"x" * size), most_bytes=LIMIT)


def test_a_snappy_block_is_refused_by_what_it_claims_before_anything_is_unpacked() -> None:
    tracemalloc.start()
    with pytest.raises(PayloadTooLargeError):
        unpack_snappy(varint(2**32 - 1) + b"junk", most_bytes=LIMIT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 100_000


def test_a_gzip_bomb_is_unpacked_no_further_than_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(PayloadTooLargeError):
        unpack_gzip(bomb, most_bytes=LIMIT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1_000_000


def test_all_members_of_a_gzip_file_count() -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"") + gzip.compress(b"two")

    assert unpack_gzip(packed, most_bytes=7) == b"one two"
    with pytest.raises(PayloadTooLargeError):
        unpack_gzip(packed, most_bytes=6)


@pytest.mark.parametrize(
    "body",
    [b"nonsense", gzip.compress(b"abc", mtime=0)[:-1], gzip.compress(b"abc", mtime=0) + b"tail"],
    ids=["nonsense", "cut short", "with a tail"],
)
def test_what_is_no_gzip_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        unpack_gzip(body, most_bytes=LIMIT)


@pytest.mark.parametrize("body", [b"", b"\x80", b"\x05\x00a", snappy(b"abc" * 99)[:-1]])
def test_what_is_no_snappy_block_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        unpack_snappy(body, most_bytes=LIMIT)


@UNPACK
@given(body=st.binary(max_size=300))
def test_any_bytes_are_unpacked_within_the_limit_or_refused(unpack: object, body: bytes) -> None:
    assert callable(unpack)
    try:
        content = unpack(body, most_bytes=LIMIT)
    except (MalformedBodyError, PayloadTooLargeError):
        return
    assert len(content) <= LIMIT
