"""The few messages of PostgreSQL's protocol that a probe sends and reads. Source: chapter 54, PostgreSQL 17."""

import hashlib
import struct
from collections.abc import Mapping
from typing import NamedTuple

from health.probes.errors import BadAnswerError, ProbeError, RefusedCredentialsError
from health.probes.wire import Wire

_PROTOCOL = 196_608
_TLS_REQUEST = struct.pack(">ii", 8, 80_877_103)
_LEAST_LENGTH = 4

# SQLSTATE -> what it says about the server, in words without names of users and databases.
_STATES = {
    "3D000": "has no such database",
    "53300": "has no connection left",
    "57P01": "is shutting down",
    "57P02": "has crashed and starts again",
    "57P03": "is starting, recovering or shutting down",
}


class Message(NamedTuple):
    """One message of the server."""

    kind: bytes
    body: bytes


async def secure(wire: Wire, host: str, *, verify: bool) -> None:
    """Ask for TLS and do the handshake. Raises ProbeError if the server speaks none."""
    await wire.send(_TLS_REQUEST)
    if await wire.exactly(1) != b"S":
        raise ProbeError("does not offer TLS")
    await wire.secure(host, verify=verify)


async def receive(wire: Wire) -> Message:
    """Return the next message. Raises BadAnswerError for a length that cannot be."""
    kind, length = struct.unpack(">ci", await wire.exactly(5))
    if length < _LEAST_LENGTH:
        raise BadAnswerError("PostgreSQL")
    return Message(kind, await wire.exactly(length - 4))


def startup(fields: Mapping[str, str]) -> bytes:
    """Return the first message, with the name of the user and the database."""
    pairs = b"".join(_text(key) + _text(value) for key, value in fields.items())
    return struct.pack(">ii", len(pairs) + 9, _PROTOCOL) + pairs + b"\0"


def message(kind: bytes, body: bytes) -> bytes:
    """Return any later message."""
    return kind + struct.pack(">i", len(body) + 4) + body


def sasl_first(mechanism: str, first: bytes) -> bytes:
    """Return the message that begins SASL."""
    return message(b"p", _text(mechanism) + struct.pack(">i", len(first)) + first)


def password(text: str) -> bytes:
    """Return the message with a password, in clear or hashed."""
    return message(b"p", _text(text))


def hashed(user: str, secret: str, salt: bytes) -> str:
    """Return the password as the server's old method wants it."""
    inner = hashlib.md5(secret.encode() + user.encode(), usedforsecurity=False).hexdigest()
    return "md5" + hashlib.md5(inner.encode() + salt, usedforsecurity=False).hexdigest()


def parameter(body: bytes) -> tuple[str, str]:
    """Return name and value of a setting that the server reports."""
    name, value = body.split(b"\0")[:2]
    return name.decode(), value.decode(errors="replace")


def first_column(body: bytes) -> bytes:
    """Return the first value of a row. Raises BadAnswerError if it has none, or a null."""
    columns, length = struct.unpack(">hi", body[:6])
    if columns < 1 or length < 0:
        raise BadAnswerError("PostgreSQL")
    return body[6 : 6 + length]


def failure(body: bytes) -> ProbeError:
    """Return the error that a server's refusal means; its own text names users and databases."""
    fields = {part[:1]: part[1:].decode("ascii", "replace") for part in body.split(b"\0") if part}
    state = fields.get(b"C", "")
    if state.startswith("28"):
        return RefusedCredentialsError()
    if not (len(state) == 5 and state.isalnum()):
        return BadAnswerError("PostgreSQL")
    return ProbeError(_STATES.get(state, f"answered with error {state}"))


def _text(value: str) -> bytes:
    if "\0" in value:
        raise ValueError("a text of the protocol holds no NUL")
    return value.encode() + b"\0"
