"""One caught mail, read from its bytes; pure, and never at a loss: a mail may be malformed."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

ENVELOPE_FROM = "X-MailFrom"
ENVELOPE_TO = "X-RcptTo"
_FOLD = re.compile(r"[\r\n]+[ \t]*")


@dataclass(frozen=True, slots=True)
class Mail:
    """What a reader of the mailbox wants to know of one message."""

    id: str
    received_at: datetime
    headers: tuple[tuple[str, str], ...]
    """All headers in their order, decoded and unfolded."""
    text: str
    """The first plain text part, or empty."""
    html: str
    """The first HTML part, or empty; as sent, to be shown only inside a sandbox."""
    raw: bytes

    def header(self, name: str) -> str:
        """Return the first header of that name, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def subject(self) -> str:
        """The Subject header."""
        return self.header("Subject")

    @property
    def sender(self) -> str:
        """The From header, or the address that the client gave in MAIL FROM."""
        return self.header("From") or self.header(ENVELOPE_FROM)

    @property
    def recipients(self) -> str:
        """The To header, or the addresses that the client gave in RCPT TO."""
        return self.header("To") or self.header(ENVELOPE_TO)

    @property
    def message_id(self) -> str:
        """The Message-ID header."""
        return self.header("Message-ID")

    def document(self) -> dict[str, str]:
        """Return the JSON object that stands for this mail in /mailbox.json."""
        return {
            "id": self.id,
            "received_at": self.received_at.isoformat(),
            "subject": self.subject,
            "from": self.sender,
            "to": self.recipients,
            "envelope_to": self.header(ENVELOPE_TO),
            "date": self.header("Date"),
            "message_id": self.message_id,
            "text": self.text,
            "html": self.html,
        }


def parse(mail_id: str, received_at: datetime, raw: bytes) -> Mail:
    """Return the mail that `raw` (RFC 5322) holds; what cannot be decoded shows as U+FFFD."""
    # The older policy keeps headers as bytes came: the newer one raises on malformed addresses.
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    headers = tuple((name, _header_text(str(value))) for name, value in message.raw_items())
    return Mail(
        id=mail_id,
        received_at=received_at,
        headers=headers,
        text=_first_part(message, "text/plain"),
        html=_first_part(message, "text/html"),
        raw=raw,
    )


def _header_text(raw: str) -> str:
    """Return a header unfolded, with its RFC 2047 words and its raw UTF-8 decoded."""
    text = _FOLD.sub(" ", raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")).strip()
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _first_part(message: Message, content_type: str) -> str:
    return next(_bodies(message, content_type), "")


def _bodies(message: Message, content_type: str) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == content_type and "attachment" not in str(
            part.get("Content-Disposition", "")
        ):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield _decode(payload, part.get_content_charset("utf-8"))


def _decode(payload: bytes, charset: str) -> str:
    try:
        text = payload.decode(charset, "replace")
    except (LookupError, ValueError):
        text = payload.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")
