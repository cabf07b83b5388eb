"""Kafka: one broker answers, knows the others and the controller."""

import secrets
from dataclasses import dataclass

from health.probes import kafka_messages as kafka
from health.probes.errors import BadAnswerError, ProbeError, RefusedCredentialsError
from health.probes.exchange import Exchange
from health.probes.facts import facts
from health.probes.result import ProbeResult
from health.probes.scram import ScramClient
from health.probes.wire import Wire, connected

_UNSUPPORTED_MECHANISM = 33
_SCRAM = {"SCRAM-SHA-512": "sha512", "SCRAM-SHA-256": "sha256"}


async def probe_kafka(exchange: Exchange) -> ProbeResult:
    """Ask a broker for its cluster; the other brokers that it names are not connected to."""
    async with connected(exchange) as wire:
        client = _Client(wire)
        if exchange.target.credentials is not None:
            await client.log_in(*exchange.target.credentials, is_secure=exchange.endpoint.is_tls)
        version = kafka.metadata_version(await client.ask(kafka.API_VERSIONS, 0))
        answer = await client.ask(kafka.METADATA, version, kafka.metadata_body(version))
        cluster = kafka.read_cluster(answer, version)
        expires_at = wire.certificate_expires_at()
    if cluster.brokers == 0:
        raise ProbeError("knows no broker")
    return ProbeResult(
        0.0,
        warning="" if cluster.has_controller else "the cluster has no controller",
        details=facts(brokers=cluster.brokers),
        certificate_expires_at=expires_at,
    )


@dataclass(slots=True)
class _Client:
    """A conversation with one broker."""

    wire: Wire
    correlation: int = 0

    async def ask(self, key: int, version: int, body: bytes = b"") -> bytes:
        """Return the body of the answer. Raises BadAnswerError if it answers another question."""
        self.correlation += 1
        await self.wire.send(kafka.request(key, version, self.correlation, body))
        size = int.from_bytes(await self.wire.exactly(4), "big")
        answer = await self.wire.exactly(size)
        if len(answer) < 4 or int.from_bytes(answer[:4], "big") != self.correlation:
            raise BadAnswerError("Kafka")
        return answer[4:]

    async def log_in(self, user: str, password: str, *, is_secure: bool) -> None:
        """Log in by the safest way that both know; a password in clear only goes through TLS."""
        offered = await self._handshake("SCRAM-SHA-512")
        if "SCRAM-SHA-512" in offered:
            await self._scram(user, password, "SCRAM-SHA-512")
        elif "SCRAM-SHA-256" in offered:
            await self._handshake("SCRAM-SHA-256")
            await self._scram(user, password, "SCRAM-SHA-256")
        elif "PLAIN" in offered and is_secure:
            await self._handshake("PLAIN")
            await self._authenticate(f"\0{user}\0{password}".encode())
        elif "PLAIN" in offered:
            raise ProbeError("asks for the password in clear, without TLS")
        else:
            raise ProbeError("asks for a login that probes do not speak")

    async def _handshake(self, mechanism: str) -> set[str]:
        answer = await self.ask(kafka.SASL_HANDSHAKE, 1, kafka.mechanism_body(mechanism))
        fields = kafka.Fields(answer)
        if fields.int16() not in {0, _UNSUPPORTED_MECHANISM}:
            raise ProbeError("takes no login here")
        return {fields.string() for _ in range(fields.count())}

    async def _scram(self, user: str, password: str, mechanism: str) -> None:
        nonce = secrets.token_urlsafe(18)
        scram = ScramClient(user, password, nonce=nonce, algorithm=_SCRAM[mechanism])
        proof = scram.final(await self._authenticate(scram.first))
        scram.verify(await self._authenticate(proof))

    async def _authenticate(self, data: bytes) -> bytes:
        answer = await self.ask(kafka.SASL_AUTHENTICATE, 0, kafka.octets_body(data))
        fields = kafka.Fields(answer)
        if fields.int16() != 0:
            raise RefusedCredentialsError
        fields.string()  # the broker's own words name users
        return fields.octets()
