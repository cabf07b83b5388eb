"""A body over the limit is refused before it fills a disk."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest

from monitoring.api.body_limit import LimitBody, Receive, Send

LIMIT = 10


class Application:
    """Reads the whole body, as Django does, and answers with its length."""

    def __init__(self) -> None:
        self.body = b""

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        more = scope["type"] == "http"
        while more:
            message = await receive()
            self.body += message.get("body", b"")
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


def exchange(
    chunks: Sequence[bytes], length: bytes | None = None, kind: str = "http"
) -> tuple[list[Mapping[str, Any]], Application]:
    application = Application()
    headers = [] if length is None else [(b"content-length", length)]
    scope = {"type": kind, "path": "/api/v1/monitoring/metrics", "headers": headers}
    waiting = list(enumerate(chunks, start=1))
    sent: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        number, body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": number < len(chunks)}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(LimitBody(application, most_bytes=LIMIT)(scope, receive, send))
    return sent, application


@pytest.mark.parametrize("chunks", [[b""], [b"x" * 10], [b"x" * 5, b"x" * 5], [b"x"] * 10])
def test_a_body_within_the_limit_arrives(chunks: list[bytes]) -> None:
    sent, application = exchange(chunks, b"%d" % sum(map(len, chunks)))

    assert sent[0]["status"] == 200
    assert application.body == b"".join(chunks)


@pytest.mark.parametrize("chunks", [[b"x" * 11], [b"x" * 6, b"x" * 6], [b"x"] * 1_000])
@pytest.mark.parametrize("length", [None, b"3", b"nonsense"])
def test_a_body_over_the_limit_is_refused_whatever_was_announced(
    chunks: list[bytes], length: bytes | None
) -> None:
    sent, application = exchange(chunks, length)

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 413
    assert len(application.body) <= LIMIT


def test_a_body_announced_over_the_limit_is_not_even_read() -> None:
    sent, application = exchange([], b"11")

    assert sent[0]["status"] == 413
    assert application.body == b""


def test_the_refusal_has_the_one_shape() -> None:
    sent, _ = exchange([], b"99999999999999999999")

    body = orjson.loads(sent[1]["body"])
    headers = dict(sent[0]["headers"])
    assert (body["code"], body["path"]) == ("VALIDATION_ERROR", "/api/v1/monitoring/metrics")
    assert set(body) == {"error", "code", "timestamp", "path", "details"}
    assert headers[b"content-type"] == b"application/json"
    assert int(headers[b"content-length"]) == len(sent[1]["body"])


def test_what_is_no_request_passes_by() -> None:
    sent, _ = exchange([], kind="lifespan")

    assert sent[0]["status"] == 200
