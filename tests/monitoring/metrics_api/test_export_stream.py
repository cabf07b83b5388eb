"""An answer in pieces: nothing lost, nothing hoarded, an early end visible, places given back."""

import gzip
import zlib
from collections.abc import Iterable, Iterator

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import DatabaseUnavailableError, ServiceUnavailableError
from monitoring.metrics_api.export_formats import FORMATS
from monitoring.metrics_api.export_stream import (
    Pieces,
    Places,
    compressed,
    gathered,
    written,
)
from monitoring.metrics_api.export_walk import Part
from monitoring.types import MetricType, SeriesRef

PART = Part(
    SeriesRef(1, "cpu", "s", MetricType.GAUGE, {}),
    np.array([1_772_452_800_000], np.int64),
    np.array([1.0]),
)


def failing(*pieces: bytes) -> Iterator[bytes]:
    yield from pieces
    raise DatabaseUnavailableError("gone")


def until_it_fails(pieces: Iterable[bytes]) -> bytes:
    got: list[bytes] = []
    with pytest.raises(DatabaseUnavailableError):
        got.extend(pieces)
    return b"".join(got)


@given(st.lists(st.binary(max_size=40_000), max_size=8))
def test_gathering_and_packing_change_no_byte(pieces: list[bytes]) -> None:
    assert b"".join(gathered(pieces)) == b"".join(pieces)
    assert gzip.decompress(b"".join(compressed(pieces))) == b"".join(pieces)


def test_small_pieces_are_sent_together_and_none_is_empty() -> None:
    sizes = [len(piece) for piece in gathered([b"x" * 1_024] * 100)]

    assert sizes == [64 * 1_024, 36 * 1_024]


def test_pieces_are_passed_on_before_the_next_is_made() -> None:
    made: list[int] = []

    def making() -> Iterator[bytes]:
        for number in range(10):
            made.append(number)
            yield b"x" * 70_000

    first = next(gathered(making()))

    assert (len(first), made) == (70_000, [0])


def test_what_came_before_an_error_is_sent() -> None:
    assert until_it_fails(gathered(failing(b"a", b"b"))) == b"ab"


def test_what_was_packed_before_an_error_can_be_unpacked() -> None:
    packed = until_it_fails(compressed(failing(b"a" * 100, b"b")))

    opened = zlib.decompressobj(wbits=31)
    assert opened.decompress(packed) == b"a" * 100 + b"b"
    assert not opened.eof


@pytest.mark.parametrize(
    ("form", "last"),
    [("ndjson", {"error": "gone", "code": "DATABASE_ERROR"}), ("json", None), ("csv", None)],
)
def test_an_export_that_fails_is_broken_off_and_says_so_if_it_can(form: str, last: object) -> None:
    def parts() -> Iterator[Part]:
        yield PART
        raise DatabaseUnavailableError("gone")

    text = until_it_fails(written(parts(), FORMATS[form]))

    assert b"cpu" in text
    assert not text.endswith(b"]\n")
    if last is not None:
        assert orjson.loads(text.splitlines()[-1]) == last


def test_what_nobody_foresaw_is_not_told_to_the_client() -> None:
    def parts() -> Iterator[Part]:
        yield PART
        raise RuntimeError("SELECT secret")

    pieces = written(parts(), FORMATS["ndjson"])
    next(pieces), next(pieces)

    assert orjson.loads(next(pieces))["code"] == "INTERNAL_ERROR"
    with pytest.raises(RuntimeError, match="secret"):
        next(pieces)


def test_who_comes_when_all_places_are_taken_is_sent_away() -> None:
    places = Places(2)
    first, _ = places.take(), places.take()

    with pytest.raises(ServiceUnavailableError, match="2 exports") as refused:
        places.take()
    first()

    assert refused.value.retry_after_seconds == 15
    places.take()


def test_a_place_is_given_back_once() -> None:
    places = Places(1)
    give_back = places.take()
    give_back()
    give_back()
    places.take()

    with pytest.raises(ServiceUnavailableError):
        places.take()


def test_an_answer_that_nobody_read_gives_its_place_back() -> None:
    closed: list[int] = []

    Pieces(iter([b"a"]), lambda: closed.append(1)).close()

    assert closed == [1]
