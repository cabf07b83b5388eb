"""HTTP probes against real sockets: what is expected, what is not, and what is never followed."""

import base64
import socket
import threading
from typing import Any

import pytest
from aiohttp import web

from health.probes.result import ProbeResult
from health.probes.sockets import MAX_READ_BYTES
from health.status import Finding, Level, judge
from tests.health.answering import Handler, healthy, serving
from tests.health.probes.asking import ask
from tests.monitoring.raw_peer import RawPeer, answering, read_request


def text(body: str, *, status: int = 200) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=body, status=status)

    return answer


def test_a_good_answer_is_read_whole_and_timed() -> None:
    with serving(healthy) as url:
        result = ask("http", url)

    assert (result.http_status, result.error, result.warning) == (200, "", "")
    assert result.body == {"status": "healthy", "version": "1.0.0", "uptime": 86_400}
    assert result.details == {"version": "1.0.0", "uptime": 86_400}
    assert 0 < result.elapsed_ms < 2_000
    assert result.certificate_expires_at is None


@pytest.mark.parametrize(
    ("status", "expected", "error"),
    [
        (200, "", ""),
        (404, "", "answered HTTP 404"),
        (503, "", "answered HTTP 503"),
        (401, "200-299,401", ""),
        (200, "401", "answered HTTP 200"),
    ],
)
def test_the_status_has_to_be_expected(status: int, expected: str, error: str) -> None:
    with serving(text("{}", status=status)) as url:
        result = ask("http", url, expected_status=expected)

    assert (result.http_status, result.error) == (status, error)
    assert result.is_answer


@pytest.mark.parametrize(
    "location", ["http://169.254.169.254/latest/meta-data", "/health", "//127.0.0.1/", "file:///x"]
)
def test_a_redirect_is_an_answer_and_is_not_followed(location: str) -> None:
    asked: list[str] = []

    async def redirect(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        raise web.HTTPFound(location)

    with serving(redirect) as url:
        result = ask("http", url, body="any")

    assert (result.http_status, result.error, asked) == (302, "answered HTTP 302", ["/health"])


@pytest.mark.parametrize("body", ["", "[]", "null", "<html>", '{"a": NaN}', '"healthy"'])
def test_a_body_that_is_no_json_object_is_an_error_where_one_is_wanted(body: str) -> None:
    with serving(text(body)) as url:
        wanted = ask("http", url)
        anything = ask("http", url, body="any")

    assert (wanted.error, wanted.http_status) == ("answer is not a JSON object", 200)
    assert (anything.error, anything.body) == ("", {})


@pytest.mark.parametrize(
    ("said", "finding"),
    [
        ("healthy", Finding(Level.HEALTHY)),
        ("degraded", Finding(Level.DEGRADED, "reports itself degraded")),
        ("unhealthy", Finding(Level.UNHEALTHY, "reports itself unhealthy")),
    ],
)
def test_the_status_in_the_body_counts_for_json(said: str, finding: Finding) -> None:
    with serving(text(f'{{"status": "{said}"}}')) as url:
        result = ask("http", url)
        anything = ask("http", url, body="any")

    assert judge(result, slow_above_ms=5_000) == finding
    assert judge(anything, slow_above_ms=5_000) == Finding(Level.HEALTHY)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"keyword": "sold"}, ""),
        ({"keyword": "free"}, "the keyword is missing"),
        ({"keyword": "sold", "keyword_absent": True}, "the answer holds the unwanted keyword"),
        ({"keyword": "free", "keyword_absent": True}, ""),
        ({"keyword": "Zoë"}, ""),
    ],
)
def test_a_keyword_is_looked_for_in_the_body(options: dict[str, Any], error: str) -> None:
    with serving(text("sold out, Zoë")) as url:
        assert ask("http", url, body="any", **options).error == error


@pytest.mark.parametrize(
    ("size", "error"),
    [(MAX_READ_BYTES, ""), (MAX_READ_BYTES + 1, f"answer larger than {MAX_READ_BYTES} bytes")],
)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_is_read_up_to_one_mebibyte(size: int, error: str, *, is_chunked: bool) -> None:
    async def large(request: web.Request) -> web.Response:
        response = web.Response(body=b'{"a":"' + b"x" * (size - 8) + b'"}')
        if is_chunked:
            response.enable_chunked_encoding()
        return response

    with serving(large) as url:
        result = ask("http", url)

    assert (result.error, result.http_status) == (error, 200)


def test_a_small_answer_that_unpacks_to_a_large_one_stays_small() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
    with RawPeer(answering(head + b"\x1f\x8b\x08\x00")) as peer:
        result = ask("http", f"http://127.0.0.1:{peer.port}")

    assert result.error == "answer is not a JSON object"


def sent_for(base: str, **options: Any) -> tuple[ProbeResult, bytes]:
    """Return the result and the head of the request that was sent for it."""
    heads = []

    def play(connection: socket.socket, over: threading.Event) -> None:
        heads.append(read_request(connection)[0])
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with RawPeer(play) as peer:
        result = ask("http", f"http://127.0.0.1:{peer.port}{base}", **options)
    return result, heads[0] if heads else b""


@pytest.mark.parametrize(
    ("base", "path", "line"),
    [
        ("", "/health", b"GET /health HTTP/1.1"),
        ("/", "/health", b"GET /health HTTP/1.1"),
        ("/shop/", "/health?full=1&x=%20", b"GET /shop/health?full=1&x=%20 HTTP/1.1"),
        ("", "", b"GET / HTTP/1.1"),
        ("/shop", "", b"GET /shop HTTP/1.1"),
        ("", "?a=b", b"GET /?a=b HTTP/1.1"),
        ("", "//other.example/", b"GET //other.example/ HTTP/1.1"),
    ],
)
def test_the_path_is_asked_for_as_it_is_written(base: str, path: str, line: bytes) -> None:
    result, head = sent_for(base, path=path)

    assert (result.error, head.split(b"\r\n")[0]) == ("", line)


@pytest.mark.parametrize(
    "path", ["@169.254.169.254/", ":80/", "health", "/a b", "/\r\nHost: x", "/#x", "/\u2460"]
)
def test_a_path_that_could_be_read_as_something_else_is_not_asked_for(path: str) -> None:
    result, head = sent_for("", path=path)

    assert (result.error, head) == ("its path is not valid", b"")


def test_credentials_are_sent_and_nothing_else_of_ours_is() -> None:
    _, head = sent_for("", credentials=("monitor", "hunter2"))

    fields = {line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]}
    assert fields == {
        b"host",
        b"accept",
        b"accept-encoding",
        b"user-agent",
        b"connection",
        b"authorization",
    }
    assert base64.b64encode(b"monitor:hunter2") in head


def test_no_cookie_of_one_answer_is_sent_with_the_next() -> None:
    cookies: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        cookies.append(request.headers.get("Cookie", ""))
        return web.Response(text="{}", headers={"Set-Cookie": "a=b"})

    with serving(answer) as url:
        ask("http", url)
        ask("http", url)

    assert cookies == ["", ""]


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("", "its address is empty"),
        ("nonsense", "its address must begin with http:// or https://"),
        ("http://", "its address must name one host"),
        ("http://a:25/", "its address must not send HTTP to port 25, where something else listens"),
    ],
)
def test_an_address_that_is_none_is_said_and_is_no_crash(url: str, error: str) -> None:
    assert ask("http", url).error == error
