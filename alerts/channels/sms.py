"""The SMS channel: text messages by Twilio, of two segments at most, with the link that takes the alert."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.base.values import unset
from twilio.rest import Client

from alerts import headlines
from alerts.channels.answers import refusal, visible_line
from alerts.channels.base import DeliveryError, Receipt, Rendering
from alerts.channels.rendering import context_of, render
from alerts.channels.sms_text import fit, plainer, segments
from alerts.channels.twilio_callback import asked_callback_url
from alerts.channels.twilio_client import OutboundHttpClient, client
from alerts.messages import Message
from monitoring.outbound import Deadline

TEMPLATE = "sms/alert.txt"
# Refusals of one moment that come as HTTP 400: queues of the sender or of the account are full.
_TEMPORARY_CODES = frozenset({"14107", "20429", "21611", "30001", "30022"})
_FAILED = frozenset({"failed", "undelivered", "canceled"})
_LOOKED_AT = (
    20  # newest messages to a number that are looked through for one whose answer never came
)


class SmsChannel:
    """A text message to every number of ALERT_TO_PHONE."""

    name: ClassVar[str] = "sms"
    bundles: ClassVar[bool] = True
    follows: ClassVar[bool] = False

    def missing(self) -> Sequence[str]:
        """Name what is not set of the account, the sender and the numbers."""
        needed: dict[str, object] = {
            "TWILIO_ACCOUNT_SID": settings.TWILIO_ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": settings.TWILIO_AUTH_TOKEN,
            "TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID": settings.TWILIO_FROM_NUMBER
            or settings.TWILIO_MESSAGING_SERVICE_SID,
            "ALERT_TO_PHONE": settings.ALERT_TO_PHONE,
        }
        return [name for name, value in needed.items() if not value]

    def recipients(self) -> Sequence[str]:
        """Return the numbers; each gets a message of its own."""
        return list(settings.ALERT_TO_PHONE)

    def render(self, message: Message) -> Rendering:
        """Return the text and how many segments it is."""
        written = write(message)
        parts = {"text": written.text, "segments": segments(written.text)}
        return Rendering(parts, written.problems)

    def send(self, message: Message, deadline: Deadline) -> Receipt:
        """Hand one text message to Twilio; that it arrived is told later, at our door for its status."""
        http = OutboundHttpClient(deadline)
        twilio = client(http)
        text = write(message).text
        try:
            known = _sent_before(twilio, message, text) if message.in_doubt else None
            taken = known or twilio.messages.create(
                to=message.recipient,
                body=text,
                from_=settings.TWILIO_FROM_NUMBER or unset,
                messaging_service_sid=settings.TWILIO_MESSAGING_SERVICE_SID or unset,
                status_callback=asked_callback_url(message.notification_id) or unset,
            )
            return _receipt(taken.sid, taken.status, taken.error_code)
        except (TwilioRestException, TwilioServiceException) as error:
            raise _judged(error, http, message) from None
        except DeliveryError:
            raise
        except (TwilioException, ValueError, TypeError, AttributeError) as error:
            # An answer that says yes in words that are not Twilio's.
            reason = f"Twilio's answer cannot be read: {type(error).__name__}"
            raise DeliveryError(reason, in_doubt=True) from None


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a message, and what was replaced in it."""

    text: str
    problems: Sequence[str] = ()


def write(message: Message) -> Written:
    """Return the text in two segments at most; only the headline is ever cut, never the link.

    A template that is broken, or that leaves no room, is replaced by headline and link, and these by the headline.
    """
    context = context_of(message)
    headline = plainer(headlines.headline(message))
    link = context["links"].acknowledge
    problems: list[str] = []
    for compose in (partial(_by_template, context), partial(_with_link, link)):
        try:
            return Written(fit(headline, compose), problems)
        except ValueError as error:
            problems.append(f"{TEMPLATE}: {error}" if not problems else str(error))
    return Written(fit(headline, str), problems)


def _by_template(context: dict[str, Any], headline: str) -> str:
    """Return what the template makes of the headline. Raises ValueError if it is broken."""
    rendered = render(TEMPLATE, {**context, "headline": headline}, needs=headline)
    if rendered.problem:
        raise ValueError(rendered.problem.removeprefix(f"{TEMPLATE}: "))
    return plainer(rendered.text.strip())


def _with_link(link: str, headline: str) -> str:
    return f"{headline}\n{link}" if link else headline


def _sent_before(twilio: Client, message: Message, text: str) -> Any:
    """Return the same text among the newest to the number: an earlier try may have arrived after all."""
    newest = twilio.messages.list(to=message.recipient, limit=_LOOKED_AT, page_size=_LOOKED_AT)
    return next((each for each in newest if each.body == text), None)


def _receipt(sid: str | None, status: str | None, error_code: int | None) -> Receipt:
    if not sid:
        raise DeliveryError("Twilio's answer names no message", in_doubt=True)
    if status in _FAILED:
        raise DeliveryError(f"Twilio {status}, code {error_code}", permanent=True)
    return Receipt(reference=sid, reply=visible_line(f"Twilio {status}"))


def _judged(
    error: TwilioRestException | TwilioServiceException, http: OutboundHttpClient, message: Message
) -> DeliveryError:
    """Return what a refusal means: by the status that came, and by Twilio's code, which says more."""
    said = getattr(error, "msg", "") or getattr(error, "title", "")
    if http.answer is None:
        return DeliveryError(visible_line(str(said)))
    return refusal(
        http.answer.status,
        http.answer.headers,
        f"{said} (code {error.code})",
        at=message.at,
        permanent=str(error.code) not in _TEMPORARY_CODES,
    )


CHANNEL = SmsChannel()
