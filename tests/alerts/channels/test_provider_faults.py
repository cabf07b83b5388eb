"""What goes wrong between us and a provider: it ends by the deadline, and is judged the same for each of them."""

import socket
import threading
import time
from base64 import b64encode

import pytest
from pytest_django import Settings

from alerts.channels.base import DeliveryError
from tests.alerts.channels.provider import Reply, reply
from tests.alerts.channels.sending_http import (
    AUTH_TOKEN,
    RECIPIENTS,
    ROUTING_KEY,
    TAKEN,
    TOKEN,
    outcome,
    provider,
    refusal,
    send,
    set_up,
)
from tests.monitoring.raw_peer import RawPeer, silent

PROVIDERS = list(RECIPIENTS)
PERMANENT, TEMPORARY, IN_DOUBT = (True, False, None), (False, False, None), (False, True, None)


def hang(connection: socket.socket, over: threading.Event) -> None:
    over.wait(30)


def drip(connection: socket.socket, over: threading.Event) -> None:
    for sign in b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" * 50:
        if over.wait(0.02):
            return
        connection.sendall(bytes([sign]))


def drip_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b" ")


def flood(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"x" * 65_536)


def cut(connection: socket.socket, over: threading.Event) -> None:
    """Close after the request was read, without a word."""


def reset(connection: socket.socket, over: threading.Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


FAULTS: dict[str, tuple[Reply, tuple[bool, bool, float | None]]] = {
    "hangs": (hang, IN_DOUBT),
    "drips": (drip, IN_DOUBT),
    "drips its body": (drip_body, IN_DOUBT),
    "sends a huge body": (flood, IN_DOUBT),
    "talks garbage": (b"\xff\x00\x01garbage\r\n\r\n", IN_DOUBT),
    "is another protocol": (b"220 smtp.example.org ESMTP\r\n", IN_DOUBT),
    "cuts after the request": (cut, IN_DOUBT),
    "resets after the request": (reset, IN_DOUBT),
    "cuts its body short": (
        b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok": true, "ch',
        IN_DOUBT,
    ),
    "says 200 in HTML": (
        reply("200 OK", "<html>log in</html>", Content_Type="text/html"),
        IN_DOUBT,
    ),
    "says 200 and nothing": (reply("200 OK"), IN_DOUBT),
    "says 200 in other JSON": (reply("200 OK", ["a", "list"]), IN_DOUBT),
    "redirects": (reply("302 Found", Location="http://169.254.169.254/"), PERMANENT),
    "redirects for good": (reply("308 Moved", Location="http://127.0.0.1:1/"), PERMANENT),
    "refuses": (reply("400 Bad Request", {"message": "no", "code": 21211}), PERMANENT),
    "knows no such path": (reply("404 Not Found", "<html>", Content_Type="text/html"), PERMANENT),
    "wants to wait": (reply("429 Slow", {"message": "slow"}, Retry_After="30"), (False, False, 30)),
    "is busy": (reply("429 Slow"), TEMPORARY),
    "breaks": (reply("500 Oops", "<html>Oops</html>", Content_Type="text/html"), TEMPORARY),
    "is down for a time": (reply("503 Down", Retry_After="7"), (False, False, 7)),
}


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_provider_that_fails_is_left_in_time_and_judged(
    settings: Settings, name: str, fault: str
) -> None:
    answer, expected = FAULTS[fault]
    started = time.monotonic()

    error = refusal(settings, name, answer, seconds=0.6)

    assert time.monotonic() - started < 3
    assert outcome(error) == expected
    assert 0 < len(error.reason) <= 400


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_redirect_is_not_followed(settings: Settings, name: str) -> None:
    with provider(settings, reply("307 Elsewhere", Location="/elsewhere")) as played:
        with pytest.raises(DeliveryError):
            send(name)

        assert len(played.asked) == 1


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_that_is_away_took_nothing(settings: Settings, name: str) -> None:
    with RawPeer(silent) as peer:
        set_up(settings, peer.port)

    with pytest.raises(DeliveryError) as caught:
        send(name, seconds=2)

    assert outcome(caught.value) == TEMPORARY


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_private_address_that_is_not_named_is_refused(settings: Settings, name: str) -> None:
    with provider(settings, TAKEN[name]) as played:
        settings.OUTBOUND_ALLOWED_HOSTS = []
        with pytest.raises(DeliveryError) as caught:
            send(name)

        assert outcome(caught.value) == PERMANENT
        assert played.asked == []


@pytest.mark.parametrize("name", PROVIDERS)
def test_no_proxy_of_the_environment_is_used(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")

    with provider(settings, TAKEN[name]) as played:
        send(name)

        assert len(played.asked) == 1


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_provider_that_repeats_what_it_was_sent_gives_no_secret_away(
    settings: Settings, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level("DEBUG")
    pair = b64encode(f"AC1:{AUTH_TOKEN}".encode()).decode()
    secrets = [TOKEN, AUTH_TOKEN, ROUTING_KEY, pair]
    said = {"ok": False, "error": " ".join(secrets), "message": " ".join(secrets), "code": 1}

    errors = [
        refusal(settings, name, reply(status, said))
        for status in ("400 No", "500 Oops", "200 OK", "201 Created", "202 Accepted")
    ]

    told = " ".join([*(str(error.reason) for error in errors), caplog.text])
    assert [secret for secret in secrets if secret in told] == []
    assert "[hidden]" in errors[0].reason


@pytest.mark.parametrize("name", PROVIDERS)
def test_what_is_sent_is_not_logged(
    settings: Settings, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    caplog.set_level("DEBUG")

    with provider(settings, TAKEN[name]):
        send(name)

    assert caplog.text == ""
