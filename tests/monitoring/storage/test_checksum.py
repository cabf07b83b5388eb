"""What was sealed opens, what was changed does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.storage.checksum import seal, unseal


@given(st.binary(min_size=1))
def test_a_sealed_body_opens(body: bytes) -> None:
    assert unseal(seal(body)) == body


def test_the_checksum_is_the_beginning_of_sha_256_as_postgresql_has_it() -> None:
    assert seal(b"abc") == b"abc\xba\x78\x16\xbf"


def test_the_body_is_not_copied() -> None:
    payload = seal(b"abc")

    assert unseal(payload).obj is payload


@given(st.binary(min_size=1), st.data())
def test_a_flipped_bit_is_noticed(body: bytes, data: st.DataObject) -> None:
    payload = bytearray(seal(body))
    payload[data.draw(st.integers(0, len(payload) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(ValueError, match="checksum"):
        unseal(bytes(payload))


@pytest.mark.parametrize("payload", [b"", b"abc", b"\xe3\xb0\xc4\x42"])
def test_a_payload_without_a_body_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="checksum"):
        unseal(payload)
