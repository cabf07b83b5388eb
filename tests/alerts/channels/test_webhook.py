"""The webhook channel against receivers that accept, refuse, hang and answer nonsense."""

import hashlib
import hmac
import json
import socket
import threading
import time
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from alerts.channels.answers import retry_after_seconds
from alerts.channels.base import DeliveryError, Receipt
from alerts.channels.webhook import WebhookChannel, sign
from monitoring.outbound import Deadline
from tests.alerts.channels.writing import AT, PAYLOAD, message
from tests.monitoring.raw_peer import RawPeer, Script, answering, read_request, silent


@pytest.fixture(autouse=True)
def settled(settings: Settings) -> None:
    """The receiver of a test lives on this machine."""
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.ALERT_WEBHOOK_SECRET = "shared secret"


def send(peer: RawPeer, *, seconds: float = 5.0) -> Receipt:
    recipient = message(f"http://127.0.0.1:{peer.port}/hook?team=ops")
    return WebhookChannel().send(recipient, Deadline(seconds))


def refusal(script: Script, *, seconds: float = 5.0) -> DeliveryError:
    with RawPeer(script) as peer, pytest.raises(DeliveryError) as caught:
        send(peer, seconds=seconds)
    return caught.value


def reply(status: str, *headers: str, body: str = "") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines).encode()


def test_the_receiver_can_tell_who_sent_what_and_when(settings: Settings) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def receive(connection: socket.socket, over: threading.Event) -> None:
        seen.append(read_request(connection))
        connection.sendall(reply("202 Accepted"))

    with RawPeer(receive) as peer:
        receipt = send(peer)

    head, body = seen[0]
    request_line, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert request_line == "POST /hook?team=ops HTTP/1.1"
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == "k" * 64
    assert headers["User-Agent"] == f"{settings.SERVICE_NAME}/{settings.SERVICE_VERSION}"
    timestamp = headers["X-Monitoring-Timestamp"]
    assert timestamp == str(int(AT.timestamp()))
    expected = hmac.new(b"shared secret", f"{timestamp}.".encode() + body, hashlib.sha256)
    assert headers["X-Monitoring-Signature"] == f"v1={expected.hexdigest()}"
    assert json.loads(body) == {
        **PAYLOAD,
        "kind": "firing",
        "dedup_key": "k" * 64,
        "sent_at": "2025-01-12T12:05:00+00:00",
    }
    assert receipt == Receipt(reference="k" * 64, reply="HTTP 202")


def test_without_a_secret_nothing_is_signed() -> None:
    assert sign(b"{}", "", at=AT) == {}


@pytest.mark.parametrize("other", [b"{ }", b""])
def test_the_signature_depends_on_body_secret_and_instant(other: bytes) -> None:
    signed = sign(b"{}", "a", at=AT)

    assert signed != sign(other, "a", at=AT)
    assert signed != sign(b"{}", "b", at=AT)
    assert signed != sign(b"{}", "a", at=datetime(2025, 1, 12, 12, 6, tzinfo=UTC))
    assert signed == sign(b"{}", "a", at=AT)


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "204 No Content", "299 Fine"])
def test_any_2xx_is_a_receipt(status: str) -> None:
    with RawPeer(answering(reply(status))) as peer:
        assert send(peer).reply == f"HTTP {status[:3]}"


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        ("301 Moved", True),
        ("302 Found", True),
        ("304 Not Modified", True),
        ("400 Bad Request", True),
        ("401 Unauthorized", True),
        ("404 Not Found", True),
        ("408 Request Timeout", False),
        ("410 Gone", True),
        ("425 Too Early", False),
        ("429 Too Many Requests", False),
        ("499 Odd", True),
        ("500 Internal Server Error", False),
        ("502 Bad Gateway", False),
        ("503 Service Unavailable", False),
        ("599 Odd", False),
        ("300 Choices", True),
    ],
)
def test_what_is_about_this_moment_is_tried_again(status: str, *, permanent: bool) -> None:
    error = refusal(answering(reply(status, "Location: http://169.254.169.254/")))

    assert (error.permanent, error.in_doubt) == (permanent, False)
    assert error.retry_after_seconds is None
    assert error.reason == f"HTTP {status[:3]}"


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_wait_that_is_named_is_passed_on(status: str) -> None:
    assert refusal(answering(reply(status, "Retry-After: 17"))).retry_after_seconds == 17


def test_a_wait_elsewhere_means_nothing() -> None:
    error = refusal(answering(reply("500 Internal Server Error", "Retry-After: 17")))

    assert error.retry_after_seconds is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 5 ", 5),
        ("999999999", 999_999_999),
        ("Sun, 12 Jan 2025 12:06:30 GMT", 90),
        ("Sun, 12 Jan 2025 12:06:30 -0000", 90),
        ("Sun, 12 Jan 2025 12:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("1e400", None),
        ("٣", None),
        ("9" * 5_000, None),
        ("Sun, 99 Jan 2025 12:06:30 GMT", None),
    ],
)
def test_a_wait_is_a_number_of_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after_seconds(text, at=AT) == seconds


def test_what_the_receiver_says_is_quoted_without_tricks() -> None:
    body = "no\r\nroute\x1b[31m " + "x" * 5_000
    error = refusal(answering(reply("400 Bad Request", body=body)))

    assert error.reason.startswith("HTTP 400: no route[31m xxx")
    assert len(error.reason) <= 10 + 200


def test_a_huge_answer_is_not_read() -> None:
    def flood(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while not over.is_set():
            connection.sendall(b"x" * 65_536)

    with RawPeer(flood) as peer:
        started = time.monotonic()
        assert send(peer).reply == "HTTP 200"

        assert time.monotonic() - started < 2


def test_a_receipt_whose_body_drips_is_a_receipt() -> None:
    parts = [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", *[b"x"] * 500]
    with RawPeer(answering(*parts, every_seconds=0.05)) as peer:
        started = time.monotonic()
        assert send(peer, seconds=0.5).reply == "HTTP 200"

        assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "script",
    [silent, answering(*[bytes([sign]) for sign in b"HTTP/1.1 200 OK" * 20], every_seconds=0.02)],
    ids=["silent", "dripping"],
)
def test_a_receiver_that_does_not_answer_in_time_may_have_taken_it(script: Script) -> None:
    started = time.monotonic()

    error = refusal(script, seconds=0.5)

    assert 0.4 < time.monotonic() - started < 2.5
    assert (error.permanent, error.in_doubt) == (False, True)


@pytest.mark.parametrize("garbage", [b"", b"\xff\x00", b"220 smtp.example.org ESMTP\r\n"])
def test_a_receiver_that_talks_nonsense_may_have_taken_it(garbage: bytes) -> None:
    error = refusal(answering(garbage))

    assert (error.permanent, error.in_doubt) == (False, True)


def test_a_receiver_that_is_away_took_nothing() -> None:
    with RawPeer(silent) as peer:
        port = peer.port

    with pytest.raises(DeliveryError) as caught:
        WebhookChannel().send(message(f"http://127.0.0.1:{port}/"), Deadline(2))

    assert (caught.value.permanent, caught.value.in_doubt) == (False, False)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://user:pass@example.com/",
        "ftp://example.com/",
        "http://example.com:25/",
    ],
)
def test_an_address_that_is_forbidden_is_refused_for_good(url: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        WebhookChannel().send(message(url), Deadline(2))

    assert caught.value.permanent


def test_what_is_missing_is_named(settings: Settings) -> None:
    settings.ALERT_WEBHOOK_URL = ""
    assert WebhookChannel().missing() == ["ALERT_WEBHOOK_URL"]

    settings.ALERT_WEBHOOK_URL = "https://hooks.example.org/"
    assert WebhookChannel().missing() == []
    assert WebhookChannel().recipients() == ["https://hooks.example.org/"]
