"""TLS of probes: certificates that are good, bad and near their end."""

import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from health.probes import tls
from tests.health.probes.asking import ask
from tests.health.probes.certificates import Authority
from tests.health.probes.nasty import leave, say_nothing
from tests.monitoring.raw_peer import RawPeer, answering

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOOD = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


@pytest.mark.parametrize(
    ("left", "days", "warning"),
    [
        (timedelta(days=14), 14, ""),
        (timedelta(days=14, seconds=-1), 14, "its certificate ends in 13 days, fewer than 14"),
        (timedelta(0), 14, "its certificate ends in 0 days, fewer than 14"),
        (timedelta(seconds=-1), 14, "its certificate has expired"),
        (timedelta(seconds=-1), 0, ""),
        (timedelta(hours=23), 1, "its certificate ends in 0 days, fewer than 1"),
    ],
)
def test_a_certificate_near_its_end_is_a_warning(left: timedelta, days: int, warning: str) -> None:
    assert tls.expiry_warning(NOON + left, at=NOON, days=days) == warning


def test_without_a_certificate_there_is_nothing_to_warn_of() -> None:
    assert tls.expiry_warning(None, at=NOON, days=14) == ""
    assert tls.expiry(None) is None


def test_a_good_certificate_is_dated(trusted: Authority) -> None:
    with RawPeer(GOOD, tls=trusted.server(days=90)) as peer:
        result = ask("http", f"https://localhost:{peer.port}")

    assert (result.error, result.warning, result.http_status) == ("", "", 200)
    assert result.certificate_expires_at is not None
    left = result.certificate_expires_at - datetime.now(UTC)
    assert timedelta(days=89) < left <= timedelta(days=90)


@pytest.mark.parametrize(("kind", "scheme"), [("http", "https"), ("tcp", "tls")])
def test_a_certificate_that_ends_soon_is_degraded(
    kind: str, scheme: str, trusted: Authority
) -> None:
    with RawPeer(GOOD, tls=trusted.server(days=3.5)) as peer:
        url = f"{scheme}://127.0.0.1:{peer.port}"
        result = ask(kind, url)
        silenced = ask(kind, url, certificate_days=0)

    assert (result.error, result.warning) == ("", "its certificate ends in 3 days, fewer than 14")
    assert (silenced.error, silenced.warning) == ("", "")


KINDS = [
    ("http", "https"),
    ("tcp", "tls"),
    ("elasticsearch", "https"),
    ("influxdb", "https"),
    ("redis", "rediss"),
    ("kafka", "kafka+tls"),
    ("mongodb", "mongodb+tls"),
    ("smtp", "smtps"),
]


@pytest.mark.parametrize(("kind", "scheme"), KINDS)
@pytest.mark.parametrize(
    ("options", "host", "error"),
    [
        ({"days": -1}, "localhost", "its certificate has expired"),
        ({"began_days_ago": -2}, "localhost", "its certificate is not valid yet"),
        ({"host": "other.example"}, "localhost", "its certificate is for another host"),
        ({"host": "other.example"}, "127.0.0.1", "its certificate is for another host"),
    ],
)
def test_a_bad_certificate_is_down_and_said_plainly(
    kind: str,
    scheme: str,
    options: dict[str, float | str],
    host: str,
    error: str,
    trusted: Authority,
) -> None:
    with RawPeer(leave, tls=trusted.server(**options)) as peer:  # type: ignore[arg-type]  # a table of options
        result = ask(kind, f"{scheme}://{host}:{peer.port}")

    assert result.error == error


@pytest.mark.parametrize(("kind", "scheme"), KINDS)
def test_an_authority_that_nobody_trusts_is_down(kind: str, scheme: str, signer: Authority) -> None:
    with RawPeer(leave, tls=signer.server()) as peer:
        result = ask(kind, f"{scheme}://localhost:{peer.port}")

    assert result.error == "its certificate is signed by an unknown authority"


def test_without_verification_a_bad_certificate_is_only_dated(signer: Authority) -> None:
    with RawPeer(GOOD, tls=signer.server(host="other.example", days=-1)) as peer:
        result = ask("http", f"https://127.0.0.1:{peer.port}", verify_tls=False)

    assert (result.error, result.http_status) == ("", 200)
    assert result.warning == "its certificate has expired"


@pytest.mark.parametrize(("kind", "scheme"), KINDS)
def test_a_server_that_speaks_no_tls_is_down(kind: str, scheme: str) -> None:
    with RawPeer(answering(b"220 hello in clear\r\n" * 20)) as peer:
        result = ask(kind, f"{scheme}://127.0.0.1:{peer.port}", timeout_seconds=1)

    assert result.error in {
        "no TLS connection came about",
        "connection failed: Connection reset by peer",
        "no complete answer within 1 s",
    }


@pytest.mark.parametrize(("kind", "scheme"), KINDS)
def test_a_handshake_that_does_not_end_is_left_at_the_deadline(kind: str, scheme: str) -> None:
    with RawPeer(say_nothing) as peer:
        started = time.monotonic()
        result = ask(kind, f"{scheme}://127.0.0.1:{peer.port}", timeout_seconds=0.3)
        took = time.monotonic() - started

    assert result.error == "no complete answer within 0.3 s"
    assert took < 0.8


def test_a_handshake_that_drips_is_left_at_the_deadline(trusted: Authority) -> None:
    context = trusted.server()

    def play(connection: socket.socket, over: threading.Event) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(incoming, outgoing, server_side=True)
        incoming.write(connection.recv(65_536))
        try:
            server.do_handshake()
        except ssl.SSLWantReadError:
            hello = outgoing.read()
        for byte in hello:
            if over.wait(0.05):
                return
            connection.sendall(bytes([byte]))

    with RawPeer(play) as peer:
        started = time.monotonic()
        result = ask("http", f"https://localhost:{peer.port}", timeout_seconds=0.5)
        took = time.monotonic() - started

    assert result.error == "no complete answer within 0.5 s"
    assert took < 1


def test_a_fault_that_is_not_of_the_certificate_is_a_missing_connection() -> None:
    assert tls.fault(ssl.SSLError("[SSL: WRONG_VERSION] host secret")) == (
        "no TLS connection came about"
    )


def test_a_certificate_that_cannot_be_read_says_nothing() -> None:
    class Odd(ssl.SSLObject):
        def __new__(cls) -> "Odd":
            return object.__new__(cls)

        def __init__(self) -> None:
            """Make one without a handshake."""

        def getpeercert(self, binary_form: bool = False) -> bytes:  # type: ignore[override]  # noqa: FBT001 - the signature of ssl
            return b"no certificate"

    assert tls.expiry(Odd()) is None
