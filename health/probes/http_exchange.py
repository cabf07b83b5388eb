"""One HTTP request of a probe: to one vetted address, nothing followed, nothing large read."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson
from yarl import URL

from health.probes import tls
from health.probes.addresses import resolve
from health.probes.errors import (
    AnswerTooLargeError,
    BadAnswerError,
    ProbeError,
    RefusedCredentialsError,
)
from health.probes.exchange import Exchange
from health.probes.sockets import MAX_READ_BYTES, TooMuchError
from health.probes.target import ProbeTarget

if TYPE_CHECKING:
    from aiohttp.connector import Connection


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, of whatever status."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    certificate_expires_at: datetime | None = None

    def json_object(self) -> dict[str, Any] | None:
        """Return the body as a JSON object; None if it is none."""
        try:
            body = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None
        return body if isinstance(body, dict) else None


class HttpTooLargeError(AnswerTooLargeError):
    """The headers came, with this status, and then too much."""

    def __init__(self, status: int) -> None:
        super().__init__(MAX_READ_BYTES)
        self.http_status = status


class CertifiedResponse(aiohttp.ClientResponse):
    """A response that looks at the certificate while the connection is there: a short body ends it at once."""

    certificate_expires_at: datetime | None = None

    async def start(self, connection: "Connection") -> "CertifiedResponse":
        """Begin to read, as the base class does."""
        transport = connection.transport
        if transport is not None:
            self.certificate_expires_at = tls.expiry(transport.get_extra_info("ssl_object"))
        await super().start(connection)
        return self


async def get(
    exchange: Exchange, path: str, *, headers: Mapping[str, str] | None = None
) -> HttpAnswer:
    """Ask for `path` at the first address of the host that takes a connection.

    Raises ProbeError, OSError and TimeoutError; the caller's deadline holds for everything.
    """
    addresses = await resolve(exchange.endpoint.host, exchange.target.networks)
    failure: OSError = OSError("no address to connect to")
    for address in addresses:
        # An address that is silent must leave time for the next one.
        limit = aiohttp.ClientTimeout(
            total=None, sock_connect=exchange.target.timeout_seconds / len(addresses)
        )
        try:
            return await _ask(exchange, address, path, headers or {}, limit)
        except OSError as error:
            failure = error
    raise failure


async def _ask(
    exchange: Exchange,
    address: str,
    path: str,
    headers: Mapping[str, str],
    limit: aiohttp.ClientTimeout,
) -> HttpAnswer:
    endpoint = exchange.endpoint
    plain, _, query = path.partition("?")
    # Built of its parts: a path must never be read as part of the host.
    url = URL.build(
        scheme=endpoint.scheme,
        host=address,
        port=endpoint.port,
        path=plain or "/",
        query_string=query,
        encoded=True,
    )
    request = exchange.http.get(
        url,
        headers={**headers, "Host": endpoint.host_header},
        ssl=tls.context(verify=exchange.target.verify_tls),
        server_hostname=endpoint.host if endpoint.is_tls else None,
        allow_redirects=False,
        timeout=limit,
    )
    try:
        async with request as response:
            body = await _read(response)
            expires_at = getattr(response, "certificate_expires_at", None)
            return HttpAnswer(response.status, response.headers, body, expires_at)
    except aiohttp.ClientError as error:
        raise _plain(error) from error


def _plain(error: aiohttp.ClientError) -> Exception:
    """Return the error below the library's; an OSError lets another address be tried."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return error.certificate_error
        case aiohttp.ClientConnectorError():
            return error.os_error
        case _ if _is_too_much(error):
            return AnswerTooLargeError(MAX_READ_BYTES)
        case aiohttp.ServerDisconnectedError():
            return ProbeError("closed the connection before it had answered")
        case OSError():
            return error
    return BadAnswerError("HTTP")


def _is_too_much(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, TooMuchError):
            return True
        error = error.__cause__ or error.__context__
    return False


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Return the body up to the limit; a length that is announced beyond it is not waited for."""
    if (response.content_length or 0) > MAX_READ_BYTES:
        raise HttpTooLargeError(response.status)
    body = bytearray()
    while chunk := await response.content.readany():
        body += chunk
        if len(body) > MAX_READ_BYTES:
            raise HttpTooLargeError(response.status)
    return bytes(body)


def basic(target: ProbeTarget) -> dict[str, str]:
    """Return the header of the credentials, none without."""
    if target.credentials is None:
        return {}
    encoded = base64.b64encode(":".join(target.credentials).encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def refuse_unauthorised(answer: HttpAnswer) -> None:
    """Raise RefusedCredentialsError if the answer says that we may not ask."""
    if answer.status in {401, 403}:
        raise RefusedCredentialsError
