"""A server that speaks MongoDB's protocol for hello, ping and the login; the real driver takes it for one."""

import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import Any

import bson

from tests.health.probes.scram_server import ScramServer

PRIMARY = {"isWritablePrimary": True}


@dataclass(slots=True)
class Mongo:
    """What it says of itself; an instance is the script of a RawPeer."""

    about: dict[str, Any] = field(default_factory=lambda: dict(PRIMARY))
    password: str = "hunter2"
    needs_login: bool = False
    empty_exchange: bool = False
    """Ends the login with an exchange that says nothing, as older servers do."""

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        """Answer one client."""
        session = _Login(ScramServer(self.password), is_over=not self.needs_login)
        with connection.makefile("rb") as stream:
            while head := stream.read(16):
                length, request, _, _ = struct.unpack("<iiii", head)
                body = stream.read(length - 16)
                answer = bson.encode(self._answer(bson.decode(body[5:]), session))
                size = 21 + len(answer)
                header = struct.pack("<iiiiIB", size, 1, request, 2_013, 0, 0)
                connection.sendall(header + answer)

    def _answer(self, command: dict[str, Any], login: "_Login") -> dict[str, Any]:
        name = next(iter(command))
        if name == "hello":
            sizes = {"maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000}
            wire = {"minWireVersion": 0, "maxWireVersion": 21, "maxWriteBatchSize": 100_000}
            return {"ok": 1.0, **sizes, **wire, **self.about}
        if name == "ping" and login.is_over:
            return {"ok": 1.0}
        if name == "saslStart":
            return _sasl(login.scram.first(command["payload"]), done=False)
        if name == "saslContinue":
            return self._continue(bytes(command["payload"]), login)
        text = "user monitor of orders at 10.0.0.1"
        return {"ok": 0.0, "code": 13 if name == "ping" else 59, "errmsg": text}

    def _continue(self, payload: bytes, login: "_Login") -> dict[str, Any]:
        if not payload:
            login.is_over = True
            return _sasl(b"", done=True)
        said = login.scram.final(payload)
        if said.startswith(b"e="):
            return {"ok": 0.0, "code": 18, "errmsg": "user monitor of orders at 10.0.0.1"}
        login.is_over = not self.empty_exchange
        return _sasl(said, done=login.is_over)


@dataclass(slots=True)
class _Login:
    scram: ScramServer
    is_over: bool


def _sasl(payload: bytes, *, done: bool) -> dict[str, Any]:
    return {"ok": 1.0, "conversationId": 7, "done": done, "payload": payload}
