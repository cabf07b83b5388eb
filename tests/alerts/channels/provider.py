"""A provider of the test: answers requests as told, one after another, and remembers what it was asked."""

import json
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.monitoring.raw_peer import Script, read_request

Reply = bytes | Script
"""The bytes of an answer, or a script that plays the server's part after the request was read."""


@dataclass(frozen=True)
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Provider:
    """Replies in turn; the last one is repeated."""

    replies: Sequence[Reply]
    asked: list[Asked] = field(default_factory=list)

    def script(self, connection: socket.socket, over: threading.Event) -> None:
        head, body = read_request(connection)
        if not head:
            return
        first, *lines = head.decode().split("\r\n")
        method, path, _ = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        names = {name.lower(): value for name, value in headers.items()}
        self.asked.append(Asked(method, path, names, body))
        reply = self.replies[min(len(self.asked), len(self.replies)) - 1]
        if isinstance(reply, bytes):
            connection.sendall(reply)
        else:
            reply(connection, over)


def reply(status: str, body: Any = "", **headers: str) -> bytes:
    """Return an answer; what is no text is sent as JSON. `Retry_After` names the header Retry-After."""
    text = body if isinstance(body, str) else json.dumps(body)
    fields = {"Content-Type": "application/json", "Content-Length": str(len(text.encode()))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items()), ""]
    return "\r\n".join([*lines, text]).encode()
