"""One request through the ASGI application, as a server would hand it over."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.asgi import get_asgi_application


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)


def exchange(
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    chunks: Sequence[bytes] = (b"",),
) -> Answer:
    """Send the body in these chunks, announced by nothing but the headers given, and return the answer."""
    return asyncio.run(_exchange(_scope(method, path, headers or {}), list(chunks)))


async def _exchange(scope: dict[str, Any], chunks: list[bytes]) -> Answer:
    waiting = asyncio.Queue[dict[str, Any]]()
    for number, chunk in enumerate(chunks, start=1):
        more = number < len(chunks)
        waiting.put_nowait({"type": "http.request", "body": chunk, "more_body": more})
    sent: list[Mapping[str, Any]] = []

    async def send(event: Mapping[str, Any]) -> None:
        sent.append(event)

    await get_asgi_application()(scope, waiting.get, send)
    start = sent[0]
    names = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    body = b"".join(event.get("body", b"") for event in sent[1:])
    return Answer(start["status"], names, body)


def _scope(method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    given = {"host": "localhost"} | {name.lower(): value for name, value in headers.items()}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
    }
