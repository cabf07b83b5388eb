"""DNS: a server answers, and the records are there, the expected one among them."""

import asyncio
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver

from health.probes import datagrams
from health.probes.addresses import resolve
from health.probes.errors import BadAnswerError, ProbeError
from health.probes.exchange import Exchange
from health.probes.facts import facts
from health.probes.result import ProbeResult
from health.probes.target import ProbeTarget
from health.probes.wire import connected

_TRIES = 3


async def probe_dns(exchange: Exchange) -> ProbeResult:
    """Ask for the records of a name: `dns://server:53/name`, or `dns:///name` of the machine's own resolver.

    Source of the address: RFC 4501.
    """
    try:
        query = dns.message.make_query(exchange.endpoint.name, exchange.target.record_type or "A")
    except dns.exception.DNSException:
        raise ProbeError("its name or its record type is none that DNS knows") from None
    try:
        answer = await _ask(exchange, query)
    except dns.exception.DNSException:
        raise BadAnswerError("DNS") from None
    records = _records(answer, query)
    _check(exchange.target, answer, records)
    return ProbeResult(0.0, details=facts(records=len(records)))


async def _ask(exchange: Exchange, query: dns.message.QueryMessage) -> dns.message.Message:
    """Ask by datagrams, several times since they may be lost, and by TCP for what fits into none."""
    endpoint = exchange.endpoint
    if endpoint.host:
        servers = await resolve(endpoint.host, exchange.target.networks)
    else:
        servers = _own_name_servers()
    failure: OSError = TimeoutError()
    share = exchange.target.timeout_seconds / _TRIES
    for attempt in range(_TRIES):
        server = servers[attempt % len(servers)]
        try:
            async with asyncio.timeout(share):
                answer = await datagrams.ask(server, endpoint.port, query)
        except OSError as error:  # TimeoutError is one
            failure = error
            continue
        if answer.flags & dns.flags.TC:
            return await _ask_by_tcp(exchange, server, query)
        return answer
    raise failure


async def _ask_by_tcp(
    exchange: Exchange, server: str, query: dns.message.QueryMessage
) -> dns.message.Message:
    async with connected(exchange, addresses=[server]) as wire:
        encoded = query.to_wire()
        await wire.send(len(encoded).to_bytes(2, "big") + encoded)
        size = int.from_bytes(await wire.exactly(2), "big")
        answer = dns.message.from_wire(await wire.exactly(size))
    if not query.is_response(answer):
        raise BadAnswerError("DNS")
    return answer


def _own_name_servers() -> list[str]:
    """Return the machine's own: whoever runs it chose them, so that no rule of ours holds for them."""
    try:
        servers = [str(each) for each in dns.resolver.Resolver().nameservers]
    except dns.exception.DNSException:
        servers = []
    if not servers:
        raise ProbeError("this machine has no name server")
    return servers


def _records(answer: dns.message.Message, query: dns.message.QueryMessage) -> set[str]:
    """Return the records of the type that was asked for; the names before them (CNAME) are left out."""
    wanted = query.question[0].rdtype
    return {_text(record) for group in answer.answer if group.rdtype == wanted for record in group}


def _text(record: Any) -> str:
    if record.rdtype == dns.rdatatype.TXT:
        return b"".join(record.strings).decode(errors="replace")
    return str(record.to_text()).lower().removesuffix(".")


def _check(target: ProbeTarget, answer: dns.message.Message, records: set[str]) -> None:
    kind = (target.record_type or "A").upper()
    if answer.rcode() == dns.rcode.NXDOMAIN:
        raise ProbeError("there is no such name")
    if answer.rcode() != dns.rcode.NOERROR:
        raise ProbeError(f"answered {dns.rcode.to_text(answer.rcode())}")
    if not records:
        raise ProbeError(f"the name has no {kind} record")
    expected = target.expected_answer.strip()
    if expected and not {expected, expected.lower().removesuffix(".")} & records:
        raise ProbeError(f"no {kind} record is the expected one")
