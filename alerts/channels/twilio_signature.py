"""Whether a report comes from Twilio, and what it says became of a message.

Source: Twilio, "Track the message status of outbound messages" and "Webhooks security".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from django.conf import settings
from twilio.request_validator import RequestValidator, get_signature_algorithm

from alerts.channels.twilio_callback import callback_url
from alerts.errors import SignatureInvalidError
from monitoring.errors import InvalidInputError

SIGNATURE_HEADER = "X-Twilio-Signature"
ALGORITHM_HEADER = "X-Twilio-Webhooks-Signature-Settings"
_LONGEST_STATUS = 32


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a message that Twilio took."""

    notification_id: int
    status: str
    """In Twilio's words: queued, sent, delivered, undelivered, failed."""
    detail: str


def report_of(notification: str, body: bytes, headers: Mapping[str, str]) -> Report:
    """Return what a request reports that Twilio signed.

    Signed are the address that the message named, with the id of its row, and all fields: neither can be
    changed. Raises SignatureInvalidError, or InvalidInputError if the signed fields are none of a status.
    """
    try:
        number = int(notification) if notification.isascii() and notification.isdecimal() else 0
        form = parse_qs(body.decode(), keep_blank_values=True)
    except ValueError:
        raise SignatureInvalidError("The body is no form") from None
    _check(callback_url(number), {name: values[0] for name, values in form.items()}, headers)
    status = form.get("MessageStatus", [""])[0].lower()
    if not status or len(status) > _LONGEST_STATUS:
        raise InvalidInputError("The report has no MessageStatus")
    code, sid = (form.get(name, [""])[0] for name in ("ErrorCode", "MessageSid"))
    return Report(number, status, f"{sid} code {code}" if code else sid)


def _check(url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> None:
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
    algorithm = get_signature_algorithm(headers.get(ALGORITHM_HEADER, ""))
    if not validator.validate(url, fields, headers.get(SIGNATURE_HEADER, ""), algorithm):
        raise SignatureInvalidError("The request is not signed by Twilio")
