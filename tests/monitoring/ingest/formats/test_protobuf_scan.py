"""The wire format: numbers at their limits, lengths that lie, and nothing read beyond the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.ingest.formats.malformed import MalformedBodyError
from monitoring.ingest.formats.protobuf_scan import Field, expect, fields, signed, varint
from tests.monitoring.ingest.formats import encoding


@given(st.integers(0, 2**64 - 1))
def test_a_number_reads_back(number: int) -> None:
    written = encoding.varint(number)

    assert varint(b"\xff" + written + b"\x01", 1, 1 + len(written)) == (number, 1 + len(written))


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_signed_number_reads_back(number: int) -> None:
    written = encoding.varint(number)

    assert signed(varint(written, 0, len(written))[0]) == number


@pytest.mark.parametrize(
    ("data", "position"),
    [(b"", 0), (b"\x80", 1), (b"\xff" * 9, 9), (b"\x80" * 10 + b"\x01", 10)],
)
def test_a_number_that_does_not_end_is_malformed(data: bytes, position: int) -> None:
    with pytest.raises(MalformedBodyError) as caught:
        varint(data, 0, len(data))

    assert caught.value.position == position


def test_a_number_is_not_read_beyond_the_end() -> None:
    with pytest.raises(MalformedBodyError):
        varint(b"\x80\x01", 0, 1)


def test_all_wire_types_in_use_are_walked() -> None:
    data = b"\x08\x96\x01" + b"\x11" + b"\0" * 8 + b"\x1a\x02ab" + b"\x25" + b"\0" * 4

    assert list(fields(data, 0, len(data))) == [
        Field(1, 0, 1, 3),
        Field(2, 1, 4, 12),
        Field(3, 2, 14, 16),
        Field(4, 5, 17, 21),
    ]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x0a\x02a", "longer than what holds it"),
        (b"\x09" + b"\0" * 7, "longer than what holds it"),
        (b"\x0d" + b"\0" * 3, "longer than what holds it"),
        (b"\x0b", "wire type 3 is not in use"),
        (b"\x0c", "wire type 4 is not in use"),
        (b"\x0e", "wire type 6 is not in use"),
        (b"\x02\x00", "a field without a number"),
        (b"\x08\x80", "end within a number"),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "longer than what holds it"),
    ],
)
def test_what_breaks_the_format_is_named_with_its_place(data: bytes, what: str) -> None:
    with pytest.raises(MalformedBodyError, match=what) as caught:
        list(fields(data, 0, len(data)))

    assert 0 <= caught.value.position <= len(data)


def test_a_field_of_another_wire_type_than_its_number_asks_for_is_malformed() -> None:
    assert expect(Field(1, 2, 2, 4), 2) == Field(1, 2, 2, 4)
    with pytest.raises(MalformedBodyError, match="field 1 has wire type 0"):
        expect(Field(1, 0, 1, 2), 2)


@given(st.binary(max_size=200))
def test_any_bytes_are_walked_to_their_end_or_refused(data: bytes) -> None:
    try:
        walked = list(fields(data, 0, len(data)))
    except MalformedBodyError:
        return
    assert all(0 < each.start <= each.end <= len(data) for each in walked)
    assert not walked or walked[-1].end == len(data)
