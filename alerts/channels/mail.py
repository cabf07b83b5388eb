"""Composes the mail of a message: headers that thread and collapse repeats, a text and an HTML part."""

import logging
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from alerts import wording
from alerts.messages import Message

logger = logging.getLogger(__name__)

TEXT_TEMPLATE = "email/alert.txt"
HTML_TEMPLATE = "email/alert.html"
# A relay may know no 8-bit mail, and then would have to rewrite or refuse it.
_POLICY = SMTP.clone(cte_type="7bit")
_COLORS = {"critical": "#b3261e", "warning": "#9a5b00", "info": "#1d5fa8"}
_RESOLVED_COLOR = "#1e7a3c"


def compose(message: Message) -> EmailMessage:
    """Return the mail. Raises ValueError if an address holds a line end.

    The Message-ID is the same for every try, so that a mailbox may collapse a repeat; all mails of
    one alert refer to one id that no mail has, which makes a thread of them.
    """
    content = message.content
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = settings.ALERT_FROM_EMAIL
    mail["To"] = message.recipient
    mail["Subject"] = _unencoded(wording.subject(content))
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = message_id(message)
    thread = f"<{message.alert_id}@{settings.SERVICE_NAME}>"
    mail["In-Reply-To"] = thread
    mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice in answer, please
    if content.severity == "critical":
        mail["Importance"] = "high"
    _add_body(mail, message)
    return mail


def message_id(message: Message) -> str:
    """Return the Message-ID of all tries of the message."""
    return f"<{message.dedup_key}@{settings.SERVICE_NAME}>"


def _unencoded(text: str) -> str:
    """Break what reads as an RFC 2047 word: decoded on its way it may hold line ends, and so headers."""
    return text.replace("=?", "= ?")


def _add_body(mail: EmailMessage, message: Message) -> None:
    """Add what the templates make of it; a broken template costs its part and never the mail."""
    content = message.content
    context = {
        "subject": wording.subject(content),
        "content": content,
        "facts": wording.facts(content),
        "color": _RESOLVED_COLOR
        if content.state == "resolved"
        else _COLORS.get(content.severity, _COLORS["info"]),
        "source": settings.SERVICE_NAME,
    }
    mail.set_content(_render(TEXT_TEMPLATE, context) or wording.plain_text(content))
    html = _render(HTML_TEMPLATE, context)
    if html:
        mail.add_alternative(html, subtype="html")


def _render(template: str, context: Mapping[str, Any]) -> str:
    try:
        return render_to_string(template, dict(context))
    except Exception:  # anything can go wrong in a template that an operator edited
        logger.exception("e-mail template is broken", extra={"template": template})
        return ""
