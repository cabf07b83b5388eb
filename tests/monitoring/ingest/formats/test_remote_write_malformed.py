"""Broken remote write requests: refused with a place, never an exception or a byte beyond the end."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitoring.ingest.fields import RefusedError
from monitoring.ingest.formats.malformed import MalformedBodyError
from monitoring.ingest.formats.remote_write import parse
from tests.monitoring.ingest.formats.encoding import (
    label,
    message,
    metadata,
    named,
    sample,
    sender,
    series,
)

AT = 1_790_000_000_000
GOOD = series(named("up", job="node", instance="a:9090"), (1.5, AT)) * 2 + metadata(1, "up")
UP = label("__name__", "up")


def look_at_everything(data: bytes) -> None:
    """Parse and describe, as the door would; only the errors of the contract may come out."""
    try:
        parsed = parse(data, sender(), most_samples=1_000)
    except MalformedBodyError:
        return
    assert len(parsed.wire.keys) == len(parsed.wire.at_ms) == len(parsed.wire.values)
    assert len(parsed.items) == len(parsed.wire)
    for position in range(len(parsed.wire)):
        try:
            parsed.wire.describe(position)
        except RefusedError:
            continue


@given(st.binary(max_size=300))
@example(b"\x0a\x80")
@example(b"\x0a\x80\x01")
@example(b"\x0a\xff\x7f")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    look_at_everything(data)


@given(st.data())
def test_a_good_request_with_wrong_bytes_is_read_or_refused(data: st.DataObject) -> None:
    mutated = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        mutated[place] = data.draw(st.integers(0, 255))

    look_at_everything(bytes(mutated))


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_a_request_that_is_cut_off_is_read_or_refused(length: int) -> None:
    look_at_everything(GOOD[:length])


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x0a\x05abc", "longer than what holds it"),
        (b"\x0a\x80\x10abc", "longer than the body"),
        (b"\x08\x01", "field 1 has wire type 0"),
        (b"\x18\x01", "field 3 has wire type 0"),
        (message(1, UP + b"\x10\x01"), "field 2 has wire type 0"),
        (message(1, UP + b"\x08\x01" + sample(1, AT)), "field 1 has wire type 0"),
        (message(1, UP + message(2, b"\x08\x01")), "field 1 has wire type 0"),
        (message(1, UP + message(2, b"\x12\x00")), "field 2 has wire type 2"),
        (message(1, message(1, b"\x08\x01") + sample(1, AT)), "field 1 has wire type 0"),
        (message(1, message(1, b"\x0a\x7fab") + sample(1, AT)), "longer than what holds it"),
        (message(3, b"\x0a\x01a"), "field 1 has wire type 2"),
        (message(3, b"\x10\x01"), "field 2 has wire type 0"),
    ],
)
def test_what_breaks_the_format_is_named_with_its_place(data: bytes, what: str) -> None:
    with pytest.raises(MalformedBodyError, match=what) as caught:
        parse(data, sender(), most_samples=10)

    assert 0 <= caught.value.position <= len(data)
    assert f"byte {caught.value.position}" in caught.value.message
    assert (caught.value.status, caught.value.code) == (400, "VALIDATION_ERROR")
