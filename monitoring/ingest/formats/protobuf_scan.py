"""The wire format of Protocol Buffers, walked by hand: fields and their extents, no object for a message.

Every function takes the end of what it may read and never looks beyond it. Pure.
Source: "Encoding", Protocol Buffers documentation.
"""

from collections.abc import Iterator
from typing import NamedTuple

from monitoring.ingest.formats.malformed import MalformedBodyError

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5

_MOST_BITS = 64
_FIXED = {FIXED64: 8, FIXED32: 4}


class Field(NamedTuple):
    """One field: its number and wire type, and where its content begins and ends."""

    number: int
    kind: int
    start: int
    end: int


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return the unsigned number at `at`, of at most 64 bits, and the position behind it."""
    result = shift = 0
    while at < end:
        byte = data[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift >= _MOST_BITS:
            raise MalformedBodyError(at, "a number of more than 64 bits")
    else:
        raise MalformedBodyError(at, "the data end within a number")
    return result & (1 << _MOST_BITS) - 1, at


def signed(number: int) -> int:
    """Return what an unsigned 64-bit varint means in a field of type int64."""
    return number - (1 << _MOST_BITS) if number >> (_MOST_BITS - 1) else number


def field_at(data: bytes, at: int, end: int) -> Field:
    """Return the field that begins at `at`; the next one begins at its end.

    Raises MalformedBodyError for a length beyond `end`, a group or a field without a number.
    """
    tag, start = varint(data, at, end)
    number, kind = tag >> 3, tag & 7
    if number == 0:
        raise MalformedBodyError(at, "a field without a number")
    if kind == VARINT:
        return Field(number, kind, start, varint(data, start, end)[1])
    if kind == LENGTH:
        length, start = varint(data, start, end)
    elif kind in _FIXED:
        length = _FIXED[kind]
    else:
        raise MalformedBodyError(at, f"wire type {kind} is not in use")
    if length > end - start:
        raise MalformedBodyError(at, "a field is longer than what holds it")
    return Field(number, kind, start, start + length)


def message(number: int, content: bytes) -> bytes:
    """Return a field of bytes, text or a message, as it is written."""
    return _written(number << 3 | LENGTH) + _written(len(content)) + content


def fields(data: bytes, start: int, end: int) -> Iterator[Field]:
    """Yield the fields of the message between `start` and `end`."""
    at = start
    while at < end:
        field = field_at(data, at, end)
        yield field
        at = field.end


def _written(number: int) -> bytes:
    septets = bytearray()
    while number > 0x7F:
        septets.append(number & 0x7F | 0x80)
        number >>= 7
    septets.append(number)
    return bytes(septets)


def expect(field: Field, kind: int) -> Field:
    """Return the field if it has the wire type that its number asks for."""
    if field.kind != kind:
        raise MalformedBodyError(field.start, f"field {field.number} has wire type {field.kind}")
    return field
