"""The e-mail channel against servers that accept, refuse, hang and talk nonsense."""

import email
import socket
import threading
import time
from email.policy import default

import pytest
from pytest_django import Settings

from alerts.channels.base import DeliveryError, Receipt
from alerts.channels.email import EmailChannel
from monitoring.outbound import Deadline
from tests.alerts.channels.sending import refusal, send
from tests.alerts.channels.smtp_peer import SmtpScript
from tests.alerts.channels.writing import message
from tests.monitoring.raw_peer import RawPeer

pytestmark = pytest.mark.usefixtures("smtp")


def test_the_server_takes_the_mail_and_its_reply_is_the_receipt(settings: Settings) -> None:
    script = SmtpScript()
    with RawPeer(script.script()) as peer:
        receipt = send(settings, peer.port)

    assert receipt == Receipt(
        reference=f"<{'k' * 64}@{settings.SERVICE_NAME}>", reply="SMTP 250 queued as 7"
    )
    assert script.commands[1:] == [
        "mail FROM:<alerts@example.org>",
        "rcpt TO:<ana@example.org>",
        "data",
        "quit",
    ]
    mail = email.message_from_bytes(script.mail, policy=default)
    assert mail["Subject"] == "[critical] service_down: payment-service (firing)"
    assert (mail["To"], mail["From"]) == ("ana@example.org", "Monitoring <alerts@example.org>")


def test_a_line_of_one_dot_does_not_end_the_mail(settings: Settings) -> None:
    script = SmtpScript()
    with RawPeer(script.script()) as peer:
        settings.SMTP_PORT = peer.port
        EmailChannel().send(message(description="before\n.\nafter"), Deadline(5))

    assert b"\r\n..\r\nafter" in script.mail


@pytest.mark.parametrize(
    ("replies", "permanent", "reason"),
    [
        ({"greeting": b"421 too busy"}, False, "SMTP 421 too busy"),
        ({"greeting": b"554 not for you"}, True, "SMTP 554 not for you"),
        ({"EHLO": b"421 closing", "HELO": b"421 closing"}, False, "SMTP 421 closing"),
        ({"MAIL": b"451 later"}, False, "SMTP 451 later"),
        ({"MAIL": b"550 sender unknown"}, True, "SMTP 550 sender unknown"),
        ({"RCPT": b"450 mailbox busy"}, False, "SMTP 450 mailbox busy"),
        ({"RCPT": b"452-a\r\n452 b"}, False, "SMTP 452 a b"),
        ({"RCPT": b"550 5.1.1 no such user"}, True, "SMTP 550 5.1.1 no such user"),
        ({"RCPT": b"551 elsewhere"}, True, "SMTP 551 elsewhere"),
        ({"DATA": b"451 no space"}, False, "SMTP 451 no space"),
        ({"DATA": b"503 no"}, True, "SMTP 503 no"),
        ({"mail": b"452 full"}, False, "SMTP 452 full"),
        ({"mail": b"554 spam"}, True, "SMTP 554 spam"),
    ],
)
def test_a_reply_of_5xx_is_permanent_and_of_4xx_is_not(
    settings: Settings, replies: dict[str, bytes], *, permanent: bool, reason: str
) -> None:
    error = refusal(settings, SmtpScript(**replies).script())

    assert (error.permanent, error.in_doubt, error.reason) == (permanent, False, reason)


def test_a_recipient_elsewhere_that_the_server_forwards_to_is_fine(settings: Settings) -> None:
    with RawPeer(SmtpScript(RCPT=b"251 will forward").script()) as peer:
        assert send(settings, peer.port)


@pytest.mark.parametrize(
    ("replies", "in_doubt"),
    [
        ({"greeting": None}, False),
        ({"EHLO": None}, False),
        ({"RCPT": None}, False),
        ({"mail": None}, True),
    ],
)
def test_a_server_that_hangs_is_left_at_the_deadline(
    settings: Settings, replies: dict[str, None], *, in_doubt: bool
) -> None:
    started = time.monotonic()

    error = refusal(settings, SmtpScript(**replies).script(), seconds=0.5)

    assert 0.4 < time.monotonic() - started < 2.5
    assert (error.permanent, error.in_doubt) == (False, in_doubt)


@pytest.mark.parametrize(
    ("replies", "in_doubt"),
    [({"greeting": b""}, False), ({"MAIL": b""}, False), ({"mail": b""}, True)],
)
def test_a_connection_that_breaks_is_in_doubt_only_once_the_mail_was_handed_over(
    settings: Settings, replies: dict[str, bytes], *, in_doubt: bool
) -> None:
    error = refusal(settings, SmtpScript(**replies).script())

    assert (error.permanent, error.in_doubt) == (False, in_doubt)


@pytest.mark.parametrize(
    ("replies", "in_doubt"),
    [
        ({"greeting": b"\x00\xff\xfe"}, False),
        ({"greeting": b"SSH-2.0-OpenSSH_9.6"}, False),
        ({"greeting": b"HTTP/1.1 400 Bad Request"}, False),
        ({"greeting": b"5" * 9_000}, False),
        ({"RCPT": b"maybe"}, False),
        ({"mail": b"who knows"}, True),
        ({"mail": b"2" * 9_000}, True),
        ({"mail": b"199 odd"}, True),
    ],
)
def test_garbage_says_nothing_about_the_message(
    settings: Settings, replies: dict[str, bytes], *, in_doubt: bool
) -> None:
    error = refusal(settings, SmtpScript(**replies).script())

    assert (error.permanent, error.in_doubt) == (False, in_doubt)


def test_a_server_that_drips_is_left_at_the_deadline(settings: Settings) -> None:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"220 ")
        while not over.wait(0.05):
            connection.sendall(b"x")

    started = time.monotonic()
    error = refusal(settings, drip, seconds=0.5)

    assert 0.4 < time.monotonic() - started < 2.5
    assert not error.permanent


def test_no_server_is_a_temporary_failure(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(DeliveryError) as caught:
        send(settings, port)

    assert (caught.value.permanent, caught.value.in_doubt) == (False, False)
    assert "ConnectionRefusedError" in caught.value.reason


def test_a_name_without_an_address_is_a_temporary_failure(settings: Settings) -> None:
    settings.SMTP_HOST = "no-such-host.invalid"

    with pytest.raises(DeliveryError) as caught:
        send(settings, 25)

    assert not caught.value.permanent


@pytest.mark.parametrize(
    "address", ["ana@example.org\r\nRCPT TO:<all@example.org>", "änä@example.org"]
)
def test_an_address_that_cannot_be_written_is_refused_for_good(
    settings: Settings, address: str
) -> None:
    script = SmtpScript()
    with RawPeer(script.script()) as peer, pytest.raises(DeliveryError) as caught:
        send(settings, peer.port, to=address)

    assert caught.value.permanent
    assert not any("all@" in command for command in script.commands)


@pytest.mark.parametrize(
    ("host", "to", "missing"),
    [
        ("smtp.example.org", ["ana@example.org"], []),
        ("", ["ana@example.org"], ["SMTP_HOST"]),
        ("smtp.example.org", [], ["ALERT_TO_EMAIL"]),
        ("", [], ["SMTP_HOST", "ALERT_TO_EMAIL"]),
    ],
)
def test_what_is_missing_is_named(
    settings: Settings, host: str, to: list[str], missing: list[str]
) -> None:
    settings.SMTP_HOST, settings.ALERT_TO_EMAIL = host, to

    assert EmailChannel().missing() == missing


def test_every_address_gets_a_mail_of_its_own() -> None:
    assert EmailChannel().recipients() == ["ana@example.org", "bo@example.org"]
