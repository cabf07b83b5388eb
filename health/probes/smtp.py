"""SMTP: the greeting, EHLO, and STARTTLS where it is offered, for the days that the certificate has left."""

from health.probes.errors import BadAnswerError, ProbeError
from health.probes.exchange import Exchange
from health.probes.facts import facts
from health.probes.result import ProbeResult
from health.probes.wire import Wire, connected

_MOST_LINES = 100
_EHLO = b"EHLO [127.0.0.1]\r\n"  # an address literal: our own name is nobody's business


async def probe_smtp(exchange: Exchange) -> ProbeResult:
    """Begin a conversation and end it before a sender is named."""
    async with connected(exchange) as wire:
        await _expect(wire, 220)
        offered = await _say(wire, _EHLO, 250)
        if not exchange.endpoint.is_tls and b"STARTTLS" in offered:
            await _say(wire, b"STARTTLS\r\n", 220)
            await wire.secure(exchange.endpoint.host, verify=exchange.target.verify_tls)
            await _say(wire, _EHLO, 250)
        expires_at = wire.certificate_expires_at()
        await wire.send(b"QUIT\r\n")
    return ProbeResult(
        0.0,
        details=facts(tls="yes" if expires_at else "no"),
        certificate_expires_at=expires_at,
    )


async def _say(wire: Wire, command: bytes, code: int) -> list[bytes]:
    await wire.send(command)
    return await _expect(wire, code)


async def _expect(wire: Wire, code: int) -> list[bytes]:
    """Return the texts of a reply in upper case. Raises ProbeError if it has another code."""
    texts = []
    for _ in range(_MOST_LINES):
        line = (await wire.line()).rstrip(b"\r\n")
        if not (line[:3].isdigit() and line[3:4] in {b" ", b"-", b""}):
            raise BadAnswerError("SMTP")
        texts.append(line[4:].strip().upper())
        if line[3:4] != b"-":
            if int(line[:3]) != code:
                raise ProbeError(f"answered SMTP {int(line[:3])}")
            return texts
    raise BadAnswerError("SMTP")
