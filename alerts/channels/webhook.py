"""The webhook channel: a signed JSON POST that a receiver can tell from a forged or repeated one."""

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import ClassVar

from django.conf import settings

from alerts.channels.base import DeliveryError, Receipt
from alerts.messages import Message
from monitoring.outbound import (
    Answer,
    Deadline,
    ForbiddenTargetError,
    NoAnswerError,
    UnreachableError,
    request,
)

TIMESTAMP_HEADER = "X-Monitoring-Timestamp"
SIGNATURE_HEADER = "X-Monitoring-Signature"
_MAX_ANSWER_BYTES = 2_048
_QUOTED_CHARACTERS = 200
# Refusals that are about this moment and not about this message.
_TEMPORARY = frozenset({408, 425, 429})


class WebhookChannel:
    """POSTs to ALERT_WEBHOOK_URL.

    With ALERT_WEBHOOK_SECRET set, `X-Monitoring-Signature: v1=<hex>` is the HMAC-SHA256 of
    `<timestamp>.<body>`, the timestamp being that of `X-Monitoring-Timestamp` in seconds since the
    epoch; receivers refuse old ones. `Idempotency-Key` is the same for every try of one message.
    """

    name: ClassVar[str] = "webhook"

    def missing(self) -> Sequence[str]:
        """Name the address if it is not set; the secret is optional."""
        return [] if settings.ALERT_WEBHOOK_URL else ["ALERT_WEBHOOK_URL"]

    def recipients(self) -> Sequence[str]:
        """Return the one address."""
        return [settings.ALERT_WEBHOOK_URL]

    def send(self, message: Message, deadline: Deadline) -> Receipt:
        """POST the message; any 2xx is a receipt."""
        body = _body(message)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"{settings.SERVICE_NAME}/{settings.SERVICE_VERSION}",
            "Idempotency-Key": message.dedup_key,
            **sign(body, settings.ALERT_WEBHOOK_SECRET, at=message.at),
        }
        try:
            answer = request(
                "POST",
                message.recipient,
                body=body,
                headers=headers,
                deadline=deadline,
                max_body_bytes=_MAX_ANSWER_BYTES,
                allowed_hosts=settings.OUTBOUND_ALLOWED_HOSTS,
            )
        except ForbiddenTargetError as error:
            raise DeliveryError(str(error), permanent=True) from error
        except UnreachableError as error:
            raise DeliveryError(str(error)) from error
        except NoAnswerError as error:
            raise DeliveryError(str(error), in_doubt=True) from error
        return judge(answer, dedup_key=message.dedup_key, at=message.at)


def sign(body: bytes, secret: str, *, at: datetime) -> dict[str, str]:
    """Return the headers that prove who sent `body` and when; none without a secret."""
    if not secret:
        return {}
    timestamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: f"v1={digest.hexdigest()}"}


def judge(answer: Answer, *, dedup_key: str, at: datetime) -> Receipt:
    """Return the receipt of an answer, or raise the DeliveryError that it stands for.

    408, 425, 429 and 5xx are temporary; 429 and 503 may name a time. Everything else that is not
    2xx is permanent, a redirect too: who follows one can be sent to an address inside our network.
    """
    if 200 <= answer.status < 300:
        return Receipt(reference=dedup_key, reply=f"HTTP {answer.status}")
    temporary = answer.status in _TEMPORARY or answer.status >= 500
    wait = None
    if answer.status in {429, 503}:
        wait = retry_after_seconds(answer.headers.get("retry-after", ""), at=at)
    raise DeliveryError(_quote(answer), permanent=not temporary, retry_after_seconds=wait)


def retry_after_seconds(text: str, *, at: datetime) -> float | None:
    """Return the wait that a Retry-After header asks for at `at`, in seconds, None if it is unreadable.

    Source: RFC 9110, 10.2.3: a number of seconds or a date.
    """
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - at).total_seconds())


def _body(message: Message) -> bytes:
    document = {
        **message.payload,
        "kind": message.kind,
        "dedup_key": message.dedup_key,
        "sent_at": message.at.isoformat(),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _quote(answer: Answer) -> str:
    said = " ".join(answer.body.decode("utf-8", "replace").split())[:_QUOTED_CHARACTERS]
    visible = "".join(sign for sign in said if sign.isprintable())
    return f"HTTP {answer.status}: {visible}" if visible else f"HTTP {answer.status}"


CHANNEL = WebhookChannel()
