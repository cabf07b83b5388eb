"""One SMTP conversation for one mail, from the greeting to the reply that takes charge of it, under one deadline."""

import smtplib
import socket
from contextlib import closing, suppress
from email.utils import parseaddr

from django.conf import settings

from alerts.channels.base import DeliveryError
from monitoring.outbound import Deadline
from monitoring.outbound.sockets import keep_deadline, open_connection, secure, tls_context

_IMPLICIT_TLS_PORT = 465  # RFC 8314: encrypted from the first byte, without STARTTLS


def hand_over(mail: bytes, recipient: str, deadline: Deadline) -> str:
    """Give one mail to SMTP_HOST and return the reply that takes charge of it.

    Raises DeliveryError: a 5xx reply is permanent, everything else temporary; it is in doubt whether
    the mail was taken once its content was on its way and no answer came.
    """
    on_its_way = False
    try:
        with closing(_Conversation(deadline)) as conversation:
            conversation.introduce()
            conversation.address(recipient)
            on_its_way = True
            return conversation.hand_over(mail)
    except smtplib.SMTPResponseException as error:
        raise _refusal(error, handed_over=on_its_way) from error
    except OSError as error:  # so are smtplib's other errors, TLS failures, TimeoutError
        raise DeliveryError(_named(error), in_doubt=on_its_way) from error
    except ValueError as error:  # an address that cannot be written into a command
        raise DeliveryError(f"the mail cannot be written: {error}", permanent=True) from error


class _Conversation(smtplib.SMTP):
    """One connection, from the greeting to the reply that takes charge of the mail."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__(
            settings.SMTP_HOST,
            settings.SMTP_PORT,
            # smtplib would ask the DNS for our full name, outside every deadline.
            local_hostname=socket.gethostname() or "localhost",
            timeout=deadline.remaining(),
        )

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect with a deadline in place of smtplib's timeout, which starts anew with each wait."""
        del timeout
        plain = open_connection(host, port, self._deadline)
        if settings.SMTP_TLS and port == _IMPLICIT_TLS_PORT:
            return secure(plain, host, self._deadline)
        return plain

    def introduce(self) -> None:
        """Greet, encrypt if SMTP_TLS, log in if SMTP_USER; never in clear where TLS is wanted."""
        self.ehlo_or_helo_if_needed()
        if settings.SMTP_TLS and settings.SMTP_PORT != _IMPLICIT_TLS_PORT:
            self.starttls(context=tls_context())
            keep_deadline(self.sock, self._deadline)
            self.ehlo_or_helo_if_needed()
        if settings.SMTP_USER:
            self.login(settings.SMTP_USER, settings.SMTP_PASS)

    def address(self, recipient: str) -> None:
        """Name the sender and the recipient of the mail."""
        _require(self.mail(parseaddr(settings.ALERT_FROM_EMAIL)[1]), 250)
        _require(self.rcpt(recipient), 250, 251)

    def hand_over(self, mail: bytes) -> str:
        """Send the mail itself and return the reply that takes charge of it."""
        reply = self.data(mail)
        _require(reply, 250)
        with suppress(OSError):  # the receipt is here: who does not wave back has taken it
            self.putcmd("quit")
        return _text(*reply)


def _require(reply: tuple[int, bytes], *codes: int) -> None:
    if reply[0] not in codes:
        raise smtplib.SMTPResponseException(*reply)


def _refusal(error: smtplib.SMTPResponseException, *, handed_over: bool) -> DeliveryError:
    """Return what a reply means: 5xx will be said again, 4xx may not, and garbage says nothing.

    smtplib reports an endless line as code 500 of its own; replies of a server are bytes.
    """
    is_reply = isinstance(error.smtp_error, bytes) and 400 <= error.smtp_code <= 599
    return DeliveryError(
        _text(error.smtp_code, error.smtp_error),
        permanent=is_reply and error.smtp_code >= 500,
        in_doubt=handed_over and not is_reply,
    )


def _text(code: int, reply: bytes | str) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    visible = "".join(sign for sign in " ".join(words.split()) if sign.isprintable())
    return f"SMTP {code} {visible}".strip()


def _named(error: OSError) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
