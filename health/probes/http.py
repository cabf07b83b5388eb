"""Asks many services for their /health at once: one deadline each, nothing followed, nothing large read."""

import asyncio
import os
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import orjson

from health.probes.result import ProbeResult

MAX_BODY_BYTES = 1_048_576
MAX_CONCURRENT = 50
_HEADERS = {"Accept": "application/json", "User-Agent": "tickettoken-monitoring/1.0"}


async def probe_all(
    urls: Mapping[str, str], *, within: timedelta, concurrency: int = MAX_CONCURRENT
) -> dict[str, ProbeResult]:
    """Return the result for each name in `urls` (base addresses), none of them later than `within`.

    The deadline covers the whole exchange: a service that drips one byte a second is cut off like one that is
    silent, and delays nobody else.
    """
    gate = asyncio.Semaphore(concurrency)
    connector = aiohttp.TCPConnector(limit=concurrency, force_close=True)
    async with aiohttp.ClientSession(
        connector=connector, headers=_HEADERS, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:

        async def one(url: str) -> ProbeResult:
            async with gate:
                return await probe(session, url, within=within)

        results = await asyncio.gather(*(one(url) for url in urls.values()))
    return dict(zip(urls, results, strict=True))


async def probe(session: aiohttp.ClientSession, url: str, *, within: timedelta) -> ProbeResult:
    """Ask `<url>/health` once and return what came back; never raises for what the other side does."""
    started = time.monotonic()

    def failed(error: str, http_status: int | None = None) -> ProbeResult:
        return ProbeResult(_milliseconds_since(started), http_status=http_status, error=error)

    try:
        async with (
            asyncio.timeout(within.total_seconds()),
            session.get(f"{url.rstrip('/')}/health", allow_redirects=False) as response,
        ):
            text = await response.content.read(MAX_BODY_BYTES + 1)
            while len(text) <= MAX_BODY_BYTES and not response.content.at_eof():
                text += await response.content.read(MAX_BODY_BYTES + 1 - len(text))
            status = response.status
    except TimeoutError:
        return failed(f"no complete answer within {within.total_seconds():g} s")
    except aiohttp.ClientConnectorError as error:
        return failed(f"connection failed: {_plain_reason(error.os_error)}")
    except (aiohttp.ClientError, ValueError) as error:
        return failed(f"not a valid HTTP answer: {type(error).__name__}")
    if len(text) > MAX_BODY_BYTES:
        return failed(f"answer larger than {MAX_BODY_BYTES} bytes", status)
    body = _json_object(text)
    if body is None:
        return failed("answer is not a JSON object", status)
    return ProbeResult(_milliseconds_since(started), http_status=status, body=body)


def _plain_reason(error: OSError) -> str:
    """Return the system's own words; asyncio's repeat the address, which a status page must not show."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else "unreachable"


def _json_object(text: bytes) -> dict[str, Any] | None:
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _milliseconds_since(started: float) -> float:
    return (time.monotonic() - started) * 1_000
