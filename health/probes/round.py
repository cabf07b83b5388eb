"""What the probes of one round share: an HTTP client, made once and not for each probe."""

from types import TracebackType
from typing import Self

import aiohttp
from aiohappyeyeballs import AddrInfoType

from health.probes.http_exchange import CertifiedResponse
from health.probes.sockets import CappedSocket

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",  # a small answer must not grow when it is unpacked
    "User-Agent": "tickettoken-monitoring/1.0",
}
_BUFFER = 65_536


def _capped(info: AddrInfoType) -> CappedSocket:
    family, kind, protocol, *_ = info
    return CappedSocket(family, kind, protocol)


class Round:
    """One round; as a context manager it closes what it opened."""

    def __init__(self) -> None:
        # Each target has its own connection, address and deadline: nothing is kept, resolved or limited here.
        self.http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, force_close=True, use_dns_cache=False, socket_factory=_capped
            ),
            response_class=CertifiedResponse,
            headers=_HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            read_bufsize=_BUFFER,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.http.close()
