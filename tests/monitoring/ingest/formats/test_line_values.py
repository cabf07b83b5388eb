"""Numbers and instants of the line protocol, each way to write one and each way that is none."""

import math

import pytest

from monitoring.ingest.formats.line_values import instants, is_precision, numbers

PLAIN = b"1.5"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"1", 1.0),
        (b"-1.5", -1.5),
        (b"1.", 1.0),
        (b".5", 0.5),
        (b"1e3", 1_000.0),
        (b"1E-3", 0.001),
        (b"+1", 1.0),
        (b"12i", 12.0),
        (b"-12i", -12.0),
        (b"9223372036854775807i", 2.0**63),
        (b"-9223372036854775808i", -(2.0**63)),
        (b"18446744073709551615u", 2.0**64),
        (b"0u", 0.0),
        *[(text, 1.0) for text in (b"t", b"T", b"true", b"True", b"TRUE")],
        *[(text, 0.0) for text in (b"f", b"F", b"false", b"False", b"FALSE")],
    ],
)
def test_a_number_is_read(text: bytes, value: float) -> None:
    assert numbers([text]) == [value]
    assert numbers([PLAIN, text, b"5i"]) == [1.5, value, 5.0]


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"-", b"e", b"1.5.", b"1-", b"i", b"-i", b"1.5i", b"1e3i", b"+1i", b"1_000i"),
        *(b"9223372036854775808i", b"-9223372036854775809i", b"18446744073709551616u", b"-1u"),
        *(b"1_000", b"nan", b"NaN", b"inf", b"-Infinity", b" 1", b"1\t", b"0x10", b"\xd9\xa1"),
        *(b"tRUE", b"yes", b"text", b"123456789012345678901i"),
    ],
)
def test_what_is_no_number_is_not_read(text: bytes) -> None:
    read = numbers([PLAIN, text, b"2"])

    assert math.isnan(read[1])
    assert (read[0], read[2]) == (1.5, 2.0)


def test_a_number_beyond_any_float_is_infinite() -> None:
    assert numbers([b"1e999"]) == [math.inf]


@pytest.mark.parametrize(
    ("precision", "text", "at_ms"),
    [
        ("", b"1999999", 1),
        ("ns", b"2000000", 2),
        ("n", b"-1", -1),
        ("us", b"1999", 1),
        ("u", b"2000", 2),
        ("\xb5", b"2000", 2),
        ("ms", b"7", 7),
        ("s", b"7", 7_000),
        ("m", b"7", 420_000),
        ("h", b"-7", -25_200_000),
    ],
)
def test_an_instant_is_read_in_its_unit(precision: str, text: bytes, at_ms: int) -> None:
    assert is_precision(precision)
    assert instants([text, text], precision) == [at_ms, at_ms]


@pytest.mark.parametrize(
    "text",
    [
        b"1.5",
        b"-",
        b"",
        b"1-2",
        b"1_0",
        b"x",
        b"9007199254740992",
        b"-9007199254740992",
        b"9" * 5_000,
    ],
)
def test_what_is_no_instant_is_not_read(text: bytes) -> None:
    assert instants([b"5", text, b"-6"], "ms") == [5, None, -6]


@pytest.mark.parametrize(("text", "at_ms"), [(b"9007199254740991", 2**53 - 1), (b"-1", -1)])
def test_instants_end_where_nobody_lives(text: bytes, at_ms: int) -> None:
    assert instants([text], "ms") == [at_ms]


@pytest.mark.parametrize("text", ["d", "S", "nanoseconds", "0"])
def test_other_units_are_not_known(text: str) -> None:
    assert not is_precision(text)
