"""Bodies that must never be a 500, nor be taken for something else."""

import json
from contextlib import suppress
from io import BytesIO
from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from monitoring.api.parsers import MAX_DEPTH, StrictJsonParser
from monitoring.errors import InvalidInputError
from tests.monitoring.api.server import exchange

pytestmark = pytest.mark.urls("tests.monitoring.api.views")

JSON = "application/json"


def nested(depth: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * depth + closing * depth).encode()


BAD: dict[str, bytes] = {
    "NaN": b'{"value": NaN}',
    "minus NaN": b'{"value": -NaN}',
    "nan": b'{"value": nan}',
    "Infinity": b'{"value": Infinity}',
    "minus Infinity": b'{"value": -Infinity}',
    "inf": b'{"value": inf}',
    "bare NaN": b"NaN",
    "1e400": b'{"value": 1e400}',
    "-1e400": b'{"value": -1e400}',
    "5,000 digits": b'{"value": ' + b"9" * 5_000 + b"}",
    "5,000 digits of exponent": b'{"value": 1e' + b"9" * 5_000 + b"}",
    "hexadecimal": b'{"value": 0x10}',
    "leading zero": b'{"value": 01}',
    "leading plus": b'{"value": +1}',
    "no digit after the point": b'{"value": 1.}',
    "no digit before the point": b'{"value": .5}',
    "no exponent": b'{"value": 1e}',
    "underscore": b'{"value": 1_000}',
    "digits of another script": '{"value": ١٢}'.encode(),
    "NUL escaped in a value": b'{"name": "a\\u0000b"}',
    "NUL escaped in a key": b'{"a\\u0000b": 1}',
    "NUL escaped deep down": b'{"a": [{"b": ["\\u0000"]}]}',
    "NUL behind a backslash": rb'{"a": "\\\u0000"}',
    "NUL behind text that looks like one": rb'{"a": "\\u0000 \u0000"}',
    "NUL escaped, alone": b'"\\u0000"',
    "NUL raw in a value": b'{"name": "a\x00b"}',
    "NUL raw between": b'{"name":\x00 1}',
    "NUL raw behind": b"{}\x00",
    "line break raw in a text": b'{"name": "a\nb"}',
    "escape code raw in a text": b'{"name": "\x1b[2J"}',
    "lone high surrogate": b'{"name": "\\ud800"}',
    "lone low surrogate": b'{"name": "\\udc00"}',
    "surrogates the wrong way round": b'{"name": "\\udc00\\ud800"}',
    "surrogate and a letter": b'{"name": "\\ud800x"}',
    "surrogate in a key": b'{"\\ud800": 1}',
    "surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "overlong UTF-8": b'{"name": "\xc0\x80"}',
    "UTF-8 cut off": b'{"name": "\xe2\x82"}',
    "Latin-1": '{"name": "é"}'.encode("latin-1"),
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "random bytes": bytes(range(128, 256)),
    "arrays one too deep": nested(MAX_DEPTH + 1),
    "objects one too deep": b'{"a":' * MAX_DEPTH + b"{}" + b"}" * MAX_DEPTH,
    "900 deep": nested(900),
    "100,000 deep": nested(100_000),
    "100,000 opened": b"[" * 100_000,
    "100,000 objects opened": b'{"a":' * 100_000,
    "empty object cut off": b"{",
    "array cut off": b"[1, 2",
    "text cut off": b'{"name": "a',
    "key without a value": b'{"name"}',
    "value without a key": b"{: 1}",
    "trailing comma in an object": b'{"a": 1,}',
    "trailing comma in an array": b"[1,]",
    "missing comma": b'{"a": 1 "b": 2}',
    "single quotes": b"{'a': 1}",
    "key without quotes": b"{a: 1}",
    "comment": b'{"a": 1} // no',
    "two values": b"{} {}",
    "JSON lines": b'{"a": 1}\n{"a": 2}',
    "text behind": b"{}x",
    "bad escape": b'{"a": "\\x41"}',
    "escape cut off": b'{"a": "\\u00"}',
    "True": b"True",
    "None": b"None",
    "undefined": b"undefined",
    "only spaces": b"   ",
    "form data": b"a=1&b=2",
    "XML": b"<a/>",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_body_is_refused_in_the_one_shape(client: Client, name: str) -> None:
    answer = client.post("/api/v1/echo", BAD[name], content_type=JSON)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert set(answer.json()) == {"error", "code", "timestamp", "path", "details"}


GOOD: dict[str, tuple[bytes, Any]] = {
    "as deep as allowed": (nested(MAX_DEPTH), json.loads(nested(MAX_DEPTH))),
    "a value below the deepest": (b"[" * MAX_DEPTH + b"1" + b"]" * MAX_DEPTH, None),
    "of duplicate keys the last": (b'{"a": 1, "a": 2}', {"a": 2}),
    "the backslash that is no NUL": (rb'{"a": "\\u0000"}', {"a": r"\u0000"}),
    "a pair of surrogates": (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
    "the largest double": (b"[1.7976931348623157e308]", [1.7976931348623157e308]),
    "what underflows is zero": (b"[1e-400]", [0.0]),
    "spaces around": (b" \r\n\t{} \n", {}),
    "an empty list": (b"[]", []),
    "null": (b"null", None),
    "no body": (b"", {}),
    "10,000 keys": (orjson.dumps({str(number): number for number in range(10_000)}), None),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_json_arrives_unchanged(client: Client, name: str) -> None:
    body, expected = GOOD[name]

    answer = client.post("/api/v1/echo", body, content_type=JSON)

    assert answer.status_code == 200
    assert answer.json()["got"] == (expected if expected is not None else json.loads(body))


@pytest.mark.parametrize(("size", "status"), [(64, 200), (65, 413), (100_000, 413)])
def test_a_body_over_the_limit_is_too_large(
    client: Client, settings: Settings, size: int, status: int
) -> None:
    settings.MAX_BODY_BYTES = 64

    answer = client.post("/api/v1/echo", b'"' + b"x" * (size - 2) + b'"', content_type=JSON)

    assert answer.status_code == status


def test_a_view_may_take_more(client: Client) -> None:
    body = b'"' + b"x" * 1_500_000 + b'"'

    assert client.post("/api/v1/echo", body, content_type=JSON).status_code == 413
    assert client.post("/api/v1/bulk", body, content_type=JSON).status_code == 200


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "text/html",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=latin-1",
        "application/json; charset=utf-16",
        "application/json; charset=bz2_codec",
        "nonsense",
    ],
)
def test_another_media_type_is_not_supported(client: Client, media_type: str) -> None:
    answer = client.generic("POST", "/api/v1/echo", b'{"a": 1}', content_type=media_type)

    assert (answer.status_code, answer.json()["code"]) == (415, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "Application/JSON",
        "",
    ],
)
def test_json_is_taken_under_its_names_and_without_any(client: Client, media_type: str) -> None:
    answer = client.generic("POST", "/api/v1/echo", b'{"a": 1}', content_type=media_type)

    assert (answer.status_code, answer.json()) == (200, {"got": {"a": 1}})


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_compressed_body_is_not_supported(client: Client, encoding: str) -> None:
    answer = client.post(
        "/api/v1/echo", b"{}", content_type=JSON, headers={"Content-Encoding": encoding}
    )

    assert answer.status_code == 415


CHUNKED = {"Content-Type": JSON, "Transfer-Encoding": "chunked"}


def test_a_body_in_chunks_of_unknown_length_is_read() -> None:
    answer = exchange("POST", "/api/v1/echo", headers=CHUNKED, body=b'{"a": 1}')

    assert (answer.status, answer.json()) == (200, {"got": {"a": 1}})


def test_a_body_in_chunks_has_the_same_limit(settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 64

    answer = exchange("POST", "/api/v1/echo", headers=CHUNKED, body=b" " * 80)

    assert (answer.status, answer.json()["code"]) == (413, "VALIDATION_ERROR")


def test_errors_of_fields_are_named_by_field(client: Client) -> None:
    answer = client.post("/api/v1/strict", {"name": "too long", "count": "x"}, content_type=JSON)

    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert sorted(answer.json()["details"]) == ["count", "name"]
    assert answer.json()["details"]["count"] == ["A valid integer is required."]


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"text"', b"true", b""])
def test_a_body_of_the_wrong_kind_is_refused(client: Client, body: bytes) -> None:
    answer = client.post("/api/v1/strict", body, content_type=JSON)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@given(st.binary(max_size=200))
def test_no_bytes_at_all_do_more_than_be_refused(body: bytes) -> None:
    with suppress(InvalidInputError):
        StrictJsonParser().parse(BytesIO(body))
