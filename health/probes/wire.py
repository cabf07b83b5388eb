"""A connection of a probe: to a vetted address, with an end to what is read."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from health.probes import tls
from health.probes.addresses import resolve
from health.probes.endpoint import Endpoint
from health.probes.errors import AnswerTooLargeError
from health.probes.exchange import Exchange
from health.probes.sockets import MAX_READ_BYTES, CappedSocket

_BUFFER = 65_536  # of one direction; a line that is longer is no line


class Wire:
    """A TCP connection that reads at most MAX_READ_BYTES in all. Time is kept by the caller's deadline."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._left = MAX_READ_BYTES

    async def send(self, data: bytes) -> None:
        """Send everything."""
        self._writer.write(data)
        await self._writer.drain()

    async def exactly(self, size: int) -> bytes:
        """Return so many bytes. Raises AnswerTooLargeError before it reads more than the limit."""
        self._spend(size)
        return await self._reader.readexactly(size)

    async def line(self) -> bytes:
        """Return a line with its end. Raises ValueError if it is longer than the buffer."""
        line = await self._reader.readuntil(b"\n")
        self._spend(len(line))
        return line

    async def secure(self, host: str, *, verify: bool) -> None:
        """Do the TLS handshake on a connection that began in clear."""
        await self._writer.start_tls(tls.context(verify=verify), server_hostname=host)

    def certificate_expires_at(self) -> datetime | None:
        """Return when the certificate of the other side ends; None without TLS."""
        connection: ssl.SSLObject | None = self._writer.get_extra_info("ssl_object")
        return tls.expiry(connection)

    def close(self) -> None:
        """Let go at once: an orderly goodbye would be waited for."""
        self._writer.transport.abort()

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise AnswerTooLargeError(MAX_READ_BYTES)


@contextlib.asynccontextmanager
async def connected(
    exchange: Exchange, *, in_clear: bool = False, addresses: Sequence[str] = ()
) -> AsyncIterator[Wire]:
    """Connect to the first address of the host that takes a connection, under TLS if its scheme says so.

    With `in_clear` TLS is left to the caller: some protocols ask for it first. A caller that has resolved the host
    already gives the `addresses`.

    Raises the errors of `resolve`, and OSError, the last refusal, if none does.
    """
    target, endpoint = exchange.target, exchange.endpoint
    addresses = addresses or await resolve(endpoint.host, target.networks)
    context = None
    if endpoint.is_tls and not in_clear:
        context = tls.context(verify=target.verify_tls)
    wire = await _connect(exchange, addresses, context)
    try:
        yield wire
    finally:
        wire.close()


async def _connect(
    exchange: Exchange, addresses: Sequence[str], context: ssl.SSLContext | None
) -> Wire:
    failure: Exception = OSError("no address to connect to")
    # An address that is silent must leave time for the next one.
    share = exchange.target.timeout_seconds / len(addresses)
    for address in addresses:
        try:
            async with asyncio.timeout(share):
                return await _open(address, exchange.endpoint, context)
        except OSError as error:  # TimeoutError and ssl.SSLError are among them
            failure = error
    raise failure


async def _open(address: str, endpoint: Endpoint, context: ssl.SSLContext | None) -> Wire:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    plain = CappedSocket(family)
    try:
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, (address, endpoint.port))
        reader, writer = await asyncio.open_connection(
            sock=plain,
            limit=_BUFFER,
            ssl=context,
            server_hostname=endpoint.host if context else None,
        )
    except BaseException:
        plain.close()
        raise
    return Wire(reader, writer)
