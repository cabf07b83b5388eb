"""The e-mail channel where connections are encrypted and servers want a login."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pytest_django import Settings

from alerts.channels.base import DeliveryError
from config.embedded.ports import choose_port
from tests.alerts.channels.sending import refusal, send
from tests.alerts.channels.smtp_peer import SmtpScript
from tests.monitoring.certificates import server_context, write_certificate
from tests.monitoring.raw_peer import RawPeer

pytestmark = pytest.mark.usefixtures("smtp")


class Keeping:
    """Keeps what a real SMTP server accepted."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.logins: list[str] = []
        self.was_encrypted = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope)
        self.was_encrypted = session.ssl is not None
        return "250 2.0.0 kept"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def real_server(handler: Keeping, **options: Any) -> Iterator[int]:
    """Run a real SMTP server and return its port."""
    server = Controller(handler, hostname="127.0.0.1", port=choose_port(None), **options)
    server.start()
    try:
        yield server.port
    finally:
        server.stop()


def test_a_login_is_made_over_tls_only_after_starttls(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    handler = Keeping()
    settings.SMTP_TLS, settings.SMTP_USER, settings.SMTP_PASS = True, "monitor", "right"
    with real_server(
        handler,
        tls_context=server_context(pem),
        require_starttls=True,
        auth_required=True,
        authenticator=handler.authenticate,
    ) as port:
        receipt = send(settings, port)

    assert receipt.reply == "SMTP 250 2.0.0 kept"
    assert (handler.was_encrypted, handler.logins) == (True, ["monitor"])


def test_a_wrong_password_is_refused_for_good_and_not_told(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    handler = Keeping()
    settings.SMTP_TLS, settings.SMTP_USER, settings.SMTP_PASS = True, "monitor", "guessed-wrong"
    server = real_server(
        handler, tls_context=server_context(pem), authenticator=handler.authenticate
    )
    with server as port, pytest.raises(DeliveryError) as caught:
        send(settings, port)

    assert caught.value.permanent
    assert caught.value.reason.startswith("SMTP 535")
    hidden = (b"guessed-wrong", base64.b64encode(b"\0monitor\0guessed-wrong"))
    assert not any(each.decode() in caught.value.reason for each in hidden)


def test_where_tls_is_wanted_and_not_offered_nothing_is_sent_in_clear(settings: Settings) -> None:
    settings.SMTP_TLS, settings.SMTP_USER, settings.SMTP_PASS = True, "monitor", "secret"
    script = SmtpScript()
    with RawPeer(script.script()) as peer, pytest.raises(DeliveryError) as caught:
        send(settings, peer.port)

    assert not caught.value.permanent
    assert [command.split()[0] for command in script.commands] == ["ehlo"]


def test_a_certificate_that_nobody_vouches_for_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    settings.SMTP_TLS = True
    handler = Keeping()
    server = real_server(handler, tls_context=server_context(write_certificate(tmp_path)))
    with server as port, pytest.raises(DeliveryError, match="certificate") as caught:
        send(settings, port)

    assert not caught.value.permanent
    assert handler.envelopes == []


def test_garbage_in_place_of_a_handshake_is_temporary(settings: Settings) -> None:
    settings.SMTP_TLS = True
    error = refusal(
        settings,
        SmtpScript(EHLO=b"250-peer\r\n250 STARTTLS", STARTTLS=b"220 go\r\nnonsense").script(),
        seconds=1.0,
    )

    assert (error.permanent, error.in_doubt) == (False, False)


def test_on_its_own_port_tls_begins_with_the_first_byte(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    settings.SMTP_TLS = True
    script = SmtpScript()
    with RawPeer(script.script(), tls=server_context(pem)) as peer:
        monkeypatch.setattr("alerts.channels.smtp._IMPLICIT_TLS_PORT", peer.port)
        assert send(settings, peer.port)

    assert script.commands[-1] == "quit"
    assert script.mail
