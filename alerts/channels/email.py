"""The e-mail channel: one SMTP conversation for each message, under one deadline."""

from collections.abc import Sequence
from typing import ClassVar

from django.conf import settings

from alerts.channels.base import DeliveryError, Receipt, Rendering
from alerts.channels.mail import compose, message_id, render_body
from alerts.channels.smtp import hand_over
from alerts.messages import Message
from monitoring.outbound import Deadline


class EmailChannel:
    """Mail to every address of ALERT_TO_EMAIL by way of SMTP_HOST."""

    name: ClassVar[str] = "email"
    bundles: ClassVar[bool] = True
    follows: ClassVar[bool] = False

    def missing(self) -> Sequence[str]:
        """Name the server or the addresses if they are not set."""
        needed = {"SMTP_HOST": settings.SMTP_HOST, "ALERT_TO_EMAIL": settings.ALERT_TO_EMAIL}
        return [name for name, value in needed.items() if not value]

    def recipients(self) -> Sequence[str]:
        """Return the addresses; each gets a mail of its own, so that one bad address harms no other."""
        return list(settings.ALERT_TO_EMAIL)

    def render(self, message: Message) -> Rendering:
        """Return subject, text and HTML of the mail."""
        body = render_body(message)
        parts = {"subject": body.subject, "text": body.text, "html": body.html}
        return Rendering(parts, body.problems)

    def send(self, message: Message, deadline: Deadline) -> Receipt:
        """Send one mail; a 5xx reply is permanent, everything else temporary."""
        try:
            mail = compose(message).as_bytes()
        except ValueError as error:  # an address that cannot be written into a header
            raise DeliveryError(f"the mail cannot be written: {error}", permanent=True) from error
        reply = hand_over(mail, message.recipient, deadline)
        return Receipt(reference=message_id(message), reply=reply)


CHANNEL = EmailChannel()
