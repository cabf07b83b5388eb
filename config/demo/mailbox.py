"""A mailbox that speaks SMTP: keeps what it is sent, or refuses and hangs as it is told to."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import Envelope

from config.demo.mail import ENVELOPE_FROM, ENVELOPE_TO, Mail, parse
from config.demo.mail_files import MailFiles, MailNames, received_at
from config.demo.smtp_thread import SmtpThread

LIMIT = 500
STORAGE_FAILED = "452 4.3.1 the mail cannot be kept"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """How one delivery ends: the SMTP reply, and whether the mail is kept before it."""

    line: str | None
    """None never answers: the client waits until it gives up."""
    keeps: bool = False


KEPT = Reply("250 2.0.0 kept", keeps=True)


class Mailbox:
    """An SMTP server with a thread of its own; call it from any other thread.

    With a directory, mails are files as well and are there again after the next start.
    """

    def __init__(self, directory: Path | None = None, *, limit: int = LIMIT) -> None:
        self.attempts = 0
        """Deliveries that reached the end of their data, kept or not."""
        self._mails: deque[Mail] = deque(maxlen=limit)
        self._changed = threading.Condition()
        self._script: deque[Reply] = deque()
        self._files = MailFiles(directory, limit) if directory else None
        self._names = MailNames()
        self._server = SmtpThread(self._deliver)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port that the mailbox listens on, or last listened on."""
        return self._server.port

    @property
    def messages(self) -> list[Mail]:
        """The kept mails, oldest first."""
        with self._changed:
            return list(self._mails)

    def start(self, port: int = 0, host: str = "127.0.0.1") -> int:
        """Load the kept files, listen, and return the port; raises OSError if it is taken."""
        if self._files:
            loaded = [parse(name, received_at(name), raw) for name, raw in self._files.load()]
            with self._changed:
                self._mails.clear()
                self._mails.extend(loaded)
        return self._server.start(host, port)

    def stop(self) -> None:
        """Close the port and every connection; the mails can still be read."""
        self._server.stop()

    def play(self, *replies: Reply) -> None:
        """End the next deliveries with these replies; those after them are kept again."""
        with self._changed:
            self._script.extend(replies)

    def clear(self) -> None:
        """Forget every mail, on disk as well."""
        with self._changed:
            if self._files:
                self._files.clear()
            self._mails.clear()

    def wait_for(self, predicate: Callable[[Mail], bool], timeout: float = 10.0) -> Mail:
        """Return the oldest mail that fits; raise TimeoutError after `timeout` seconds."""
        deadline = monotonic() + timeout
        with self._changed:
            while True:
                found = next((mail for mail in self._mails if predicate(mail)), None)
                if found is not None:
                    return found
                if not self._changed.wait(deadline - monotonic()):
                    subjects = [mail.subject for mail in self._mails]
                    raise TimeoutError(f"no such mail in {timeout} s, only {subjects}")

    async def _deliver(self, envelope: Envelope) -> str:
        with self._changed:
            self.attempts += 1
            reply = self._script.popleft() if self._script else KEPT
        if reply.keeps and not self._keep(envelope):
            return STORAGE_FAILED
        if reply.line is not None:
            return reply.line
        never: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        return await never

    def _keep(self, envelope: Envelope) -> bool:
        arrived = datetime.now(UTC)
        mail = parse(self._names.name(arrived), arrived, _with_envelope(envelope))
        with self._changed:
            try:
                if self._files:
                    self._files.save(mail.id, mail.raw)
            except OSError as error:
                logger.warning("mail refused", extra={"reason": error.strerror})
                return False
            self._mails.append(mail)
            self._changed.notify_all()
        logger.info("mail caught", extra={"to": mail.recipients, "subject": mail.subject})
        return True


def _with_envelope(envelope: Envelope) -> bytes:
    """Return the mail with the addresses of the SMTP dialogue as its first headers."""
    recipients = ", ".join(envelope.rcpt_tos)
    head = f"{ENVELOPE_FROM}: {envelope.mail_from}\r\n{ENVELOPE_TO}: {recipients}\r\n"
    content = envelope.original_content
    return head.encode("utf-8", "surrogateescape") + (content or b"")
