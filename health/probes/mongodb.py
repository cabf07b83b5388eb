"""MongoDB: hello, a login where credentials are given, ping."""

import secrets
import struct
from typing import Any

import bson
from bson.errors import BSONError

from health.probes.errors import BadAnswerError, ProbeError, RefusedCredentialsError
from health.probes.exchange import Exchange
from health.probes.facts import facts
from health.probes.result import ProbeResult
from health.probes.scram import ScramClient
from health.probes.wire import Wire, connected

_OP_MSG = 2_013
_HEADER = struct.Struct("<iiii")
_LEAST_LENGTH = 26  # header, flags, kind of section, empty document
_MECHANISM = "SCRAM-SHA-256"
_MOST_STEPS = 3


async def probe_mongodb(exchange: Exchange) -> ProbeResult:
    """Ask one server, and it alone, who it is; the path of the address is the database of the login."""
    database = exchange.endpoint.name or "admin"
    async with connected(exchange) as wire:
        try:
            about = await _run(wire, {"hello": 1, "$db": "admin"})
            if exchange.target.credentials is not None:
                await _log_in(wire, *exchange.target.credentials, database)
            await _run(wire, {"ping": 1, "$db": database})
        except BSONError:
            raise BadAnswerError("MongoDB") from None
        expires_at = wire.certificate_expires_at()
    role = _role(about)
    return ProbeResult(
        0.0,
        warning="" if role else "is neither primary nor secondary",
        details=facts(role=role, wire_version=about.get("maxWireVersion")),
        certificate_expires_at=expires_at,
    )


def _role(about: dict[str, Any]) -> str:
    if about.get("isWritablePrimary") is True:
        return "primary"
    if about.get("secondary") is True:
        return "secondary"
    return "arbiter" if about.get("arbiterOnly") is True else ""


async def _log_in(wire: Wire, user: str, password: str, database: str) -> None:
    scram = ScramClient(user, password, nonce=secrets.token_urlsafe(18))
    started = {"saslStart": 1, "mechanism": _MECHANISM, "payload": scram.first}
    said = await _run(wire, {**started, "options": {"skipEmptyExchange": True}, "$db": database})
    conversation = said.get("conversationId")
    proof = scram.final(said["payload"])
    said = await _run(wire, _next(conversation, proof, database))
    scram.verify(said["payload"])
    for _ in range(_MOST_STEPS):
        if said.get("done") is True:
            return
        said = await _run(wire, _next(conversation, b"", database))
    raise BadAnswerError("MongoDB")


def _next(conversation: Any, payload: bytes, database: str) -> dict[str, Any]:
    return {
        "saslContinue": 1,
        "conversationId": conversation,
        "payload": payload,
        "$db": database,
    }


async def _run(wire: Wire, command: dict[str, Any]) -> dict[str, Any]:
    """Run a command and return its answer. Raises ProbeError if the server says that it failed."""
    section = struct.pack("<IB", 0, 0) + bson.encode(command)
    await wire.send(_HEADER.pack(_HEADER.size + len(section), 1, 0, _OP_MSG) + section)
    length, _, _, operation = _HEADER.unpack(await wire.exactly(_HEADER.size))
    if operation != _OP_MSG or length < _LEAST_LENGTH:
        raise BadAnswerError("MongoDB")
    body = await wire.exactly(length - _HEADER.size)
    answer: dict[str, Any] = bson.decode(body[5:])
    if body[4] != 0:
        raise BadAnswerError("MongoDB")
    if answer.get("ok") == 1:
        return answer
    raise _failure(answer)


def _failure(answer: dict[str, Any]) -> ProbeError:
    """Return the error; the server's own text names users, databases and hosts."""
    code = answer.get("code")
    if code in {11, 13, 18}:  # UserNotFound, Unauthorized, AuthenticationFailed
        return RefusedCredentialsError()
    if isinstance(code, int):
        return ProbeError(f"answered with error {code}")
    return BadAnswerError("MongoDB")
