"""A body over the limit is refused before it fills the memory."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import orjson
import pytest

from monitoring.api.body_limit import LimitBody

LIMIT = 10


class Application:
    """Reads what is announced, as Django does, and remembers it."""

    def __init__(self) -> None:
        self.body: bytes | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("200 OK", [])
        return [b"ok"]


class Exchange:
    """One request to the limited application."""

    def __init__(self, body: bytes, **announced: str) -> None:
        self.input = BytesIO(body)
        self.application = Application()
        self.status = ""
        self.headers: dict[str, str] = {}
        environ = {"PATH_INFO": "/api/v1/monitoring/metrics", "wsgi.input": self.input, **announced}
        limited = LimitBody(self.application, most_bytes=LIMIT)
        self.answer = b"".join(limited(environ, self._start))

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status, self.headers = status, dict(headers)


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_a_body_within_the_limit_arrives(size: int) -> None:
    body = b"x" * size

    announced = Exchange(body, CONTENT_LENGTH=str(size))
    in_chunks = Exchange(body, HTTP_TRANSFER_ENCODING="Chunked")

    assert (announced.status, announced.application.body) == ("200 OK", body)
    assert (in_chunks.status, in_chunks.application.body) == ("200 OK", body)


def test_a_body_announced_over_the_limit_is_not_even_read() -> None:
    refused = Exchange(b"x" * 11, CONTENT_LENGTH="11")

    assert refused.status.startswith("413 ")
    assert refused.application.body is None
    assert refused.input.tell() == 0


@pytest.mark.parametrize("size", [11, 1_000])
def test_chunks_are_read_no_further_than_the_limit(size: int) -> None:
    refused = Exchange(b"x" * size, HTTP_TRANSFER_ENCODING="chunked")

    assert refused.status.startswith("413 ")
    assert refused.application.body is None
    assert refused.input.tell() == LIMIT + 1


@pytest.mark.parametrize("length", ["", "nonsense", "-1"])
def test_a_length_that_is_none_announces_nothing(length: str) -> None:
    environ = {"PATH_INFO": "/", "wsgi.input": BytesIO(b""), "CONTENT_LENGTH": length}
    statuses: list[str] = []

    def application(seen: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return []

    LimitBody(application, most_bytes=LIMIT)(environ, lambda status, _: statuses.append(status))

    assert statuses == ["200 OK"]


def test_the_refusal_has_the_one_shape_and_ends_the_connection() -> None:
    refused = Exchange(b"", CONTENT_LENGTH="99999999999999999999")

    body = orjson.loads(refused.answer)
    assert (body["code"], body["path"]) == ("VALIDATION_ERROR", "/api/v1/monitoring/metrics")
    assert set(body) == {"error", "code", "timestamp", "path", "details"}
    assert refused.headers["Content-Type"] == "application/json"
    assert int(refused.headers["Content-Length"]) == len(refused.answer)
    assert refused.headers["Connection"] == "close"
