"""One exchange: what is sent, what is read, when it ends."""

import socket
import threading
import time
from pathlib import Path

import pytest

from monitoring.outbound import Answer, Deadline, NoAnswerError, UnreachableError, request
from tests.monitoring.certificates import server_context, write_certificate
from tests.monitoring.raw_peer import RawPeer, answering, read_request, silent


def fetch(peer: RawPeer, *, seconds: float = 5.0, max_body_bytes: int = 1_000) -> Answer:
    return request(
        "GET",
        f"http://127.0.0.1:{peer.port}/path?q=1",
        deadline=Deadline(seconds),
        max_body_bytes=max_body_bytes,
        allowed_hosts=["127.0.0.1"],
    )


def test_the_request_and_its_answer_pass_unchanged() -> None:
    seen: list[tuple[bytes, bytes]] = []

    def play(connection: socket.socket, over: threading.Event) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nX-Trace: 7\r\nContent-Length: 4\r\n\r\nfine")

    with RawPeer(play) as peer:
        answer = request(
            "POST",
            f"http://127.0.0.1:{peer.port}/hook?a=b",
            headers={"X-Mark": "m"},
            body=b"{}",
            deadline=Deadline(5),
            allowed_hosts=["127.0.0.1"],
        )

    head, body = seen[0]
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hook?a=b HTTP/1.1"
    assert {f"Host: 127.0.0.1:{peer.port}", "X-Mark: m", "Connection: close"} <= set(lines)
    assert body == b"{}"
    assert answer == Answer(202, {"x-trace": "7", "content-length": "4"}, b"fine", True)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer_and_not_followed(status: int) -> None:
    location = b"Location: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with RawPeer(answering(f"HTTP/1.1 {status} Moved\r\n".encode() + location)) as peer:
        answer = fetch(peer)

    assert (answer.status, peer.connections) == (status, 1)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with RawPeer(answering(b"HTTP/1.1 204 No Content\r\n\r\n")) as peer:
        assert fetch(peer).status == 204


def test_a_body_as_long_as_the_cap_is_complete() -> None:
    with RawPeer(answering(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000)) as peer:
        answer = fetch(peer)

    assert (len(answer.body), answer.is_complete) == (1_000, True)


def test_a_body_longer_than_the_cap_is_cut() -> None:
    with RawPeer(answering(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_001)) as peer:
        answer = fetch(peer)

    assert (len(answer.body), answer.is_complete) == (1_000, False)


def test_an_endless_body_is_left_after_the_cap() -> None:
    def flood(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            connection.sendall(b"x" * 65_536)

    with RawPeer(flood) as peer:
        answer = fetch(peer)

    assert (answer.status, len(answer.body), answer.is_complete) == (200, 1_000, False)


@pytest.mark.parametrize(
    "head", [b"Content-Length: 50\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n32\r\n"]
)
def test_a_body_that_breaks_off_is_incomplete(head: bytes) -> None:
    with RawPeer(answering(b"HTTP/1.1 200 OK\r\n" + head + b"short")) as peer:
        answer = fetch(peer)

    assert (answer.status, answer.body, answer.is_complete) == (200, b"short", False)


def test_a_body_that_drips_ends_at_the_deadline() -> None:
    parts = [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x"] * 100]
    with RawPeer(answering(*parts, every_seconds=0.05)) as peer:
        started = time.monotonic()
        answer = fetch(peer, seconds=0.5)
        took = time.monotonic() - started

    assert (answer.status, answer.is_complete) == (200, False)
    assert 0.4 < took < 2.0


def test_headers_that_drip_end_at_the_deadline() -> None:
    parts = [bytes([sign]) for sign in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200]
    with RawPeer(answering(*parts, every_seconds=0.02)) as peer:
        started = time.monotonic()
        with pytest.raises(NoAnswerError):
            fetch(peer, seconds=0.5)

        assert 0.4 < time.monotonic() - started < 2.0


def test_silence_ends_at_the_deadline() -> None:
    with RawPeer(silent) as peer:
        started = time.monotonic()
        with pytest.raises(NoAnswerError):
            fetch(peer, seconds=0.3)

        assert 0.2 < time.monotonic() - started < 2.0


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x00\xff\xfe garbage\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_http_is_no_answer(garbage: bytes) -> None:
    with RawPeer(answering(garbage)) as peer, pytest.raises(NoAnswerError):
        fetch(peer)


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(UnreachableError):
        request(
            "GET",
            f"http://127.0.0.1:{port}/",
            deadline=Deadline(2),
            allowed_hosts=["127.0.0.1"],
        )


def test_a_deadline_that_has_passed_sends_nothing() -> None:
    with RawPeer(silent) as peer, pytest.raises(UnreachableError):
        fetch(peer, seconds=-1)

    assert peer.connections == 0


def test_a_certificate_that_is_trusted_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    reply = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    with RawPeer(reply, tls=server_context(pem)) as peer:
        answer = request(
            "GET",
            f"https://127.0.0.1:{peer.port}/",
            deadline=Deadline(5),
            allowed_hosts=["127.0.0.1"],
        )

    assert (answer.status, answer.body) == (200, b"ok")


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    pem = write_certificate(tmp_path)
    reply = answering(b"HTTP/1.1 200 OK\r\n\r\n")
    with (
        RawPeer(reply, tls=server_context(pem)) as peer,
        pytest.raises(UnreachableError, match="certificate"),
    ):
        request(
            "GET",
            f"https://127.0.0.1:{peer.port}/",
            deadline=Deadline(5),
            allowed_hosts=["127.0.0.1"],
        )


def test_a_tls_peer_that_drips_is_left_at_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    drip = answering(*[b"H"] * 200, every_seconds=0.02)
    with RawPeer(drip, tls=server_context(pem)) as peer:
        started = time.monotonic()
        with pytest.raises(NoAnswerError):
            request(
                "GET",
                f"https://127.0.0.1:{peer.port}/",
                deadline=Deadline(0.6),
                allowed_hosts=["127.0.0.1"],
            )

        assert 0.4 < time.monotonic() - started < 2.5


def test_a_peer_that_never_shakes_hands_is_left_at_the_deadline() -> None:
    with RawPeer(silent) as peer:
        started = time.monotonic()
        with pytest.raises(UnreachableError):
            request(
                "GET",
                f"https://127.0.0.1:{peer.port}/",
                deadline=Deadline(0.3),
                allowed_hosts=["127.0.0.1"],
            )

        assert 0.2 < time.monotonic() - started < 2.0
