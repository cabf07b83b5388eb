"""The mailbox behind a real SMTP client: it keeps, reloads, refuses and hangs."""

import logging
import smtplib
import socket
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from config.demo.mailbox import Mailbox, Reply
from tests.config.demo_smtp import message, send, subjects_in


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as running:
        yield running


def test_a_mail_that_was_accepted_is_there(mailbox: Mailbox) -> None:
    send(mailbox, "one", "two")

    assert subjects_in(mailbox) == ["one", "two"]
    assert mailbox.messages[0].text == "about one\n"


def test_the_envelope_is_kept_where_it_differs_from_the_headers(mailbox: Mailbox) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.port) as client:
        client.send_message(message("a"), "bounce@example.org", ["x@example.org", "y@example.org"])

    (mail,) = mailbox.messages
    assert mail.header("X-MailFrom") == "bounce@example.org"
    assert mail.document()["envelope_to"] == "x@example.org, y@example.org"
    assert mail.recipients == "ops@example.org"


def test_waiting_returns_a_mail_that_is_there_already(mailbox: Mailbox) -> None:
    send(mailbox, "one", "two")

    assert mailbox.wait_for(lambda mail: "tw" in mail.subject, timeout=0).subject == "two"


def test_waiting_returns_as_soon_as_the_mail_comes(mailbox: Mailbox) -> None:
    sender = threading.Thread(target=send, args=(mailbox, "other", "wanted"))
    sender.start()

    assert mailbox.wait_for(lambda mail: mail.subject == "wanted").subject == "wanted"
    sender.join()


def test_waiting_in_vain_ends_with_what_there_was_instead(mailbox: Mailbox) -> None:
    send(mailbox, "other")

    with pytest.raises(TimeoutError, match="other"):
        mailbox.wait_for(lambda mail: mail.subject == "wanted", timeout=0.01)


def test_only_the_newest_mails_are_kept() -> None:
    with Mailbox(limit=2) as mailbox:
        send(mailbox, "one", "two", "three")

        assert subjects_in(mailbox) == ["two", "three"]


def test_the_script_refuses_the_first_deliveries(mailbox: Mailbox) -> None:
    mailbox.play(*[Reply("451 4.3.0 try again later")] * 2)

    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            send(mailbox, "one")
        assert refusal.value.smtp_code == 451
    send(mailbox, "one")

    assert mailbox.attempts == 3
    assert subjects_in(mailbox) == ["one"]


@pytest.mark.parametrize(("reply", "kept"), [(Reply(None), []), (Reply(None, keeps=True), ["one"])])
def test_the_script_can_leave_a_client_without_an_answer(
    mailbox: Mailbox, reply: Reply, kept: list[str]
) -> None:
    mailbox.play(reply)

    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(mailbox, "one", timeout=0.2)

    assert mailbox.attempts == 1
    assert subjects_in(mailbox) == kept


def test_stopping_does_not_wait_for_a_client_that_hangs(mailbox: Mailbox) -> None:
    mailbox.play(Reply(None))
    failures: list[Exception] = []

    def hang() -> None:
        try:
            send(mailbox, "one", timeout=30)
        except (smtplib.SMTPException, OSError) as error:
            failures.append(error)

    client = threading.Thread(target=hang)
    client.start()
    deadline = monotonic() + 10
    while mailbox.attempts == 0 and monotonic() < deadline:
        client.join(0.01)

    began = monotonic()
    mailbox.stop()
    client.join()

    assert monotonic() - began < 2
    assert failures


def test_a_stopped_mailbox_frees_its_port_and_may_be_started_on_it_again() -> None:
    mailbox = Mailbox()
    port = mailbox.start()
    mailbox.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))

    assert mailbox.start(port) == port
    send(mailbox, "back")
    mailbox.stop()
    mailbox.stop()

    assert subjects_in(mailbox) == ["back"]


def test_the_port_is_free_after_the_with_block() -> None:
    with Mailbox() as mailbox:
        port = mailbox.port

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_caught_mail_is_logged_with_its_subject(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="config.demo.mailbox"):
        send(mailbox, "one")

    (record,) = [record for record in caplog.records if record.name == "config.demo.mailbox"]
    assert vars(record).items() >= {"to": "ops@example.org", "subject": "one"}.items()


def test_a_taken_port_is_an_error_at_once(mailbox: Mailbox) -> None:
    with pytest.raises(OSError, match="in use"):
        Mailbox().start(mailbox.port)


def test_a_running_mailbox_cannot_be_started_twice(mailbox: Mailbox) -> None:
    with pytest.raises(RuntimeError, match="already runs"):
        mailbox.start()


def test_a_mail_beyond_a_mebibyte_is_refused_for_good(mailbox: Mailbox) -> None:
    big = message("big")
    big.set_content("x" * 70 + "\n")
    big.set_payload(("x" * 70 + "\r\n") * 16_000)

    with (
        smtplib.SMTP("127.0.0.1", mailbox.port) as client,
        pytest.raises(smtplib.SMTPException) as refusal,
    ):
        client.send_message(big)

    assert "552" in str(refusal.value)
    assert mailbox.messages == []
