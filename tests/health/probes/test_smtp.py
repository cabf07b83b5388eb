"""SMTP: a real server, with and without TLS, and scripts of the answers that one may give."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from config.embedded.ports import choose_port
from tests.health.probes.asking import ask
from tests.health.probes.certificates import Authority
from tests.health.probes.nasty import conversation
from tests.monitoring.raw_peer import RawPeer


@contextmanager
def server(**options: Any) -> Iterator[int]:
    """Run a real SMTP server and yield its port."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=choose_port(None), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def test_a_real_server_in_clear_is_up() -> None:
    with server() as port:
        result = ask("smtp", f"smtp://127.0.0.1:{port}")

    assert (result.error, result.warning, result.details) == ("", "", {"tls": "no"})


def test_starttls_is_used_where_it_is_offered_and_the_certificate_dated(
    trusted: Authority,
) -> None:
    with server(tls_context=trusted.server(days=6.5), require_starttls=True) as port:
        result = ask("smtp", f"smtp://localhost:{port}")

    assert (result.error, result.details) == ("", {"tls": "yes"})
    assert result.warning == "its certificate ends in 6 days, fewer than 14"


def test_tls_from_the_first_byte_is_spoken(trusted: Authority) -> None:
    with server(ssl_context=trusted.server(days=60)) as port:
        result = ask("smtp", f"smtps://localhost:{port}")

    assert (result.error, result.warning, result.details) == ("", "", {"tls": "yes"})


def test_a_certificate_behind_starttls_is_verified_unless_told_otherwise(
    signer: Authority,
) -> None:
    with server(tls_context=signer.server(host="other.example")) as port:
        verified = ask("smtp", f"smtp://127.0.0.1:{port}")
        trusting = ask("smtp", f"smtp://127.0.0.1:{port}", verify_tls=False)

    assert verified.error == "its certificate is signed by an unknown authority"
    assert trusting.error == ""


@pytest.mark.parametrize(
    ("first", "replies", "error"),
    [
        (b"220 mx\r\n", [b"250 mx\r\n"], ""),
        (b"220-mx\r\n220-of shop\r\n220 ready\r\n", [b"250-mx\r\n250 SIZE 1\r\n"], ""),
        (b"220\r\n", [b"250\r\n"], ""),
        (b"554 no service at 10.0.0.1\r\n", [], "answered SMTP 554"),
        (b"421-busy\r\n421 at 10.0.0.1\r\n", [], "answered SMTP 421"),
        (b"220 mx\r\n", [b"502 what\r\n"], "answered SMTP 502"),
        (b"220 mx\r\n", [b"250 STARTTLS\r\n", b"454 not now\r\n"], "answered SMTP 454"),
        (b"220 mx\r\n", [b"250 starttls\r\n", b"454 not now\r\n"], "answered SMTP 454"),
        (b"+OK pop\r\n", [], "not a valid SMTP answer"),
        (b"220_mx\r\n", [], "not a valid SMTP answer"),
        (b"220-a\r\n" * 101, [], "not a valid SMTP answer"),
    ],
)
def test_what_a_server_replies_is_said_by_its_code(
    first: bytes, replies: list[bytes], error: str
) -> None:
    with RawPeer(conversation(*replies, first=first)) as peer:
        assert ask("smtp", f"smtp://127.0.0.1:{peer.port}").error == error


def test_nobody_is_named_and_no_mail_is_begun() -> None:
    heard: list[bytes] = []

    def listen(said: bytes) -> bytes:
        heard.append(said)
        return b"250 mx\r\n"

    with RawPeer(conversation(listen, listen, first=b"220 mx\r\n")) as peer:
        ask("smtp", f"smtp://127.0.0.1:{peer.port}")

    assert b"".join(heard) == b"EHLO [127.0.0.1]\r\nQUIT\r\n"
