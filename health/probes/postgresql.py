"""PostgreSQL: log in, ask one question, say whether it recovers."""

import secrets

from health.probes import postgresql_messages as pg
from health.probes.errors import BadAnswerError, ProbeError, RefusedCredentialsError
from health.probes.exchange import Exchange
from health.probes.facts import facts
from health.probes.result import ProbeResult
from health.probes.scram import ScramClient
from health.probes.target import ProbeTarget
from health.probes.wire import Wire, connected

_OURSELVES = "tickettoken-monitoring"
_QUESTION = b"SELECT pg_is_in_recovery()\0"
_OK, _IN_CLEAR, _HASHED, _SASL, _SASL_CONTINUE, _SASL_FINAL = 0, 3, 5, 10, 11, 12
_MOST_MESSAGES = 1_000  # of one phase; a server that reports more is none


async def probe_postgresql(exchange: Exchange) -> ProbeResult:
    """Log in and run a query.

    Without credentials, a server that asks for some counts as up: it takes logins, as far as an outsider can tell.
    """
    async with connected(exchange, in_clear=True) as wire:
        if exchange.endpoint.is_tls:
            await pg.secure(wire, exchange.endpoint.host, verify=exchange.target.verify_tls)
        expires_at = wire.certificate_expires_at()
        session = _Session(wire, exchange.target, is_secure=exchange.endpoint.is_tls)
        details = await session.check(exchange.endpoint.name)
    return ProbeResult(0.0, details=details, certificate_expires_at=expires_at)


class _Session:
    """One login and one query."""

    def __init__(self, wire: Wire, target: ProbeTarget, *, is_secure: bool) -> None:
        self._wire = wire
        self._is_secure = is_secure
        self._credentials = target.credentials
        user, password = target.credentials or (_OURSELVES, "")
        self._user, self._password = user, password
        self._scram = ScramClient(user, password, nonce=secrets.token_urlsafe(18))
        self._version = ""

    async def check(self, database: str) -> dict[str, str | int | float]:
        """Return what the server says of itself. Raises ProbeError if it does not let us in."""
        names = {"user": self._user, "database": database or "postgres"}
        await self._wire.send(pg.startup({**names, "application_name": _OURSELVES}))
        try:
            await self._log_in()
        except RefusedCredentialsError:
            if self._credentials is not None:
                raise
            return facts(login="not tried")
        recovers = await self._ask()
        await self._wire.send(pg.message(b"X", b""))
        role = "standby" if recovers else "primary"
        return facts(version=self._version, role=role)

    async def _log_in(self) -> None:
        for _ in range(_MOST_MESSAGES):
            kind, body = await pg.receive(self._wire)
            if kind == b"Z":
                return
            if kind == b"E":
                raise pg.failure(body)
            if kind == b"S":
                name, value = pg.parameter(body)
                self._version = value if name == "server_version" else self._version
            if kind == b"R":
                await self._authenticate(int.from_bytes(body[:4], "big"), body[4:])
        raise BadAnswerError("PostgreSQL")

    async def _authenticate(self, method: int, data: bytes) -> None:
        if method == _OK:
            return
        if self._credentials is None:
            raise RefusedCredentialsError
        if method == _SASL_FINAL:
            self._scram.verify(data)
            return
        await self._wire.send(self._reply(method, data))

    def _reply(self, method: int, data: bytes) -> bytes:
        if method == _SASL and b"SCRAM-SHA-256" in data.split(b"\0"):
            return pg.sasl_first("SCRAM-SHA-256", self._scram.first)
        if method == _SASL_CONTINUE:
            return pg.message(b"p", self._scram.final(data))
        if method == _HASHED:
            return pg.password(pg.hashed(self._user, self._password, data))
        if method == _IN_CLEAR and self._is_secure:
            return pg.password(self._password)
        if method == _IN_CLEAR:
            raise ProbeError("asks for the password in clear, without TLS")
        raise ProbeError("asks for a login that probes do not speak")

    async def _ask(self) -> bool:
        await self._wire.send(pg.message(b"Q", _QUESTION))
        answer = b""
        for _ in range(_MOST_MESSAGES):
            kind, body = await pg.receive(self._wire)
            if kind == b"E":
                raise pg.failure(body)
            if kind == b"D":
                answer = pg.first_column(body)
            if kind == b"Z" and answer in {b"t", b"f"}:
                return answer == b"t"
        raise BadAnswerError("PostgreSQL")
