"""Probes against real sockets that behave, drip, lie, overflow and refuse."""

import asyncio
import socket
import time
from datetime import timedelta
from threading import Thread

import pytest
from aiohttp import web

from health.probes.http import MAX_BODY_BYTES, probe_all
from health.probes.result import ProbeResult
from tests.health.answering import healthy, serving


def probe_one(url: str, *, within: float = 5) -> ProbeResult:
    return asyncio.run(probe_all({"it": url}, within=timedelta(seconds=within)))["it"]


def test_a_good_answer_is_read_whole_and_timed() -> None:
    with serving(healthy) as url:
        result = probe_one(url)

    assert (result.http_status, result.error) == (200, "")
    assert result.body == {"status": "healthy", "version": "1.0.0", "uptime": 86_400}
    assert 0 < result.elapsed_ms < 5_000


def test_a_refused_connection_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

    result = probe_one(url)

    assert result.http_status is None
    assert result.error == "connection failed: Connection refused"


def test_a_service_that_drips_is_cut_off_at_the_deadline() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1_000):
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    with serving(drip) as url:
        started = time.monotonic()
        result = probe_one(url, within=0.3)
        took = time.monotonic() - started

    assert result.error == "no complete answer within 0.3 s"
    assert took < 3


def test_a_redirect_is_not_followed() -> None:
    async def redirect(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("http://169.254.169.254/latest/meta-data")

    with serving(redirect) as url:
        result = probe_one(url)

    assert result.http_status == 302
    assert result.body == {}


@pytest.mark.parametrize(
    ("size", "error"),
    [(MAX_BODY_BYTES, ""), (MAX_BODY_BYTES + 1, f"answer larger than {MAX_BODY_BYTES} bytes")],
)
def test_a_body_is_read_up_to_one_mebibyte(size: int, error: str) -> None:
    async def large(request: web.Request) -> web.Response:
        return web.Response(body=b'{"a":"' + b"x" * (size - 8) + b'"}')

    with serving(large) as url:
        assert probe_one(url).error == error


@pytest.mark.parametrize("text", ["", "[]", "null", "<html>", '{"a": NaN}', '"healthy"'])
def test_a_body_that_is_no_json_object_is_an_error(text: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=text)

    with serving(answer) as url:
        assert probe_one(url).error == "answer is not a JSON object"


def test_garbage_instead_of_http_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1_024)
                connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")

        thread = Thread(target=answer, daemon=True)
        thread.start()
        result = probe_one(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread.join(5)

    assert result.error.startswith("not a valid HTTP answer")


@pytest.mark.parametrize("url", ["", "nonsense", "http://"])
def test_an_address_that_is_none_is_an_error_and_not_a_crash(url: str) -> None:
    assert probe_one(url).error != ""


def test_one_hanging_service_delays_nobody() -> None:
    async def hang(request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    with serving(hang) as silent, serving(healthy) as good:
        results = asyncio.run(
            probe_all({"silent": silent, "good": good}, within=timedelta(seconds=1), concurrency=2)
        )

    assert results["good"].http_status == 200
    assert results["good"].elapsed_ms < 1_000
    assert results["silent"].error.startswith("no complete answer")
