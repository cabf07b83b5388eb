"""Composes the mail of a message: headers that thread and collapse repeats, a text and an HTML part."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.conf import settings

from alerts import headlines, wording
from alerts.channels.rendering import context_of, render
from alerts.messages import Message

TEXT_TEMPLATE = "email/alert.txt"
HTML_TEMPLATE = "email/alert.html"
# A relay may know no 8-bit mail, and then would have to rewrite or refuse it.
_POLICY = SMTP.clone(cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Body:
    """What a mail says, and which of its templates were not used."""

    subject: str
    text: str
    html: str
    problems: Sequence[str] = ()


def compose(message: Message) -> EmailMessage:
    """Return the mail. Raises ValueError if an address holds a line end.

    The Message-ID is the same for every try, so that a mailbox may collapse a repeat; all mails of
    one alert refer to one id that no mail has, which makes a thread of them.
    """
    body = render_body(message)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = settings.ALERT_FROM_EMAIL
    mail["To"] = message.recipient
    mail["Subject"] = _unencoded(body.subject)
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = message_id(message)
    thread = f"<{message.alert_id}@{settings.SERVICE_NAME}>"
    mail["In-Reply-To"] = thread
    mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice in answer, please
    if headlines.severity(message) == "critical":
        mail["Importance"] = "high"
    mail.set_content(body.text)
    if body.html:
        mail.add_alternative(body.html, subtype="html")
    return mail


def message_id(message: Message) -> str:
    """Return the Message-ID of all tries of the message."""
    return f"<{message.dedup_key}@{settings.SERVICE_NAME}>"


def render_body(message: Message) -> Body:
    """Return what the templates make of it; a broken template costs its part and never the mail."""
    context = context_of(message)
    needs = wording.one_line(message.content.title)
    text = render(TEXT_TEMPLATE, context, needs=needs)
    html = render(HTML_TEMPLATE, context, needs=needs)
    return Body(
        subject=context["subject"],
        text=text.text or headlines.plain_text(message, context["links"]),
        html=html.text,
        problems=[each.problem for each in (text, html) if each.problem],
    )


def _unencoded(text: str) -> str:
    """Break what reads as an RFC 2047 word: decoded on its way it may hold line ends, and so headers."""
    return text.replace("=?", "= ?")
