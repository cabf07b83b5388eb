"""The mail that carries a report: its main figures, the file, and a way out for who does not want it any more."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.template.loader import render_to_string

from health.reports.document import Document, Tile

TEXT_TEMPLATE, HTML_TEMPLATE = "email/report.txt", "email/report.html"
# A relay may know no 8-bit mail, and then would have to rewrite or refuse it.
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, and what is the same at every try, so that a mailbox may collapse a repeat."""

    sender: str
    recipient: str
    message_id: str
    at: datetime
    unsubscribe_url: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file by its name and its content type."""

    name: str
    content_type: str
    content: bytes


def compose(document: Document, attachment: Attachment, envelope: Envelope) -> EmailMessage:
    """Return the mail. Raises ValueError if an address holds a line end.

    The link leads out by one click of a mail program too (RFC 8058).
    """
    context = {
        "document": document,
        "tiles": _tiles(document),
        "attachment": attachment,
        "unsubscribe_url": envelope.unsubscribe_url,
    }
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = envelope.sender
    mail["To"] = envelope.recipient
    mail["Subject"] = f"{document.title}: {document.subtitle}"
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = envelope.message_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice in answer, please
    mail["List-Unsubscribe"] = f"<{envelope.unsubscribe_url}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(render_to_string(TEXT_TEMPLATE, context))
    mail.add_alternative(render_to_string(HTML_TEMPLATE, context), subtype="html")
    kind = attachment.content_type.partition(";")[0]
    maintype, _, subtype = kind.partition("/")
    mail.add_attachment(
        attachment.content, maintype=maintype, subtype=subtype, filename=attachment.name
    )
    return mail


def _tiles(document: Document) -> list[Tile]:
    """Return the figures that stand out on the first page."""
    blocks = document.sections[0].blocks if document.sections else ()
    return [tile for block in blocks if isinstance(block, list) for tile in block]
