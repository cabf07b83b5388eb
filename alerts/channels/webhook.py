"""The webhook channel: a signed JSON POST that a receiver can tell from a forged or repeated one."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings

from alerts.channels.answers import ask, refusal, text_of
from alerts.channels.base import Receipt, Rendering
from alerts.messages import Message
from monitoring.outbound import Answer, Deadline

TIMESTAMP_HEADER = "X-Monitoring-Timestamp"
SIGNATURE_HEADER = "X-Monitoring-Signature"
_MAX_ANSWER_BYTES = 2_048


class WebhookChannel:
    """POSTs to ALERT_WEBHOOK_URL.

    With ALERT_WEBHOOK_SECRET set, `X-Monitoring-Signature: v1=<hex>` is the HMAC-SHA256 of
    `<timestamp>.<body>`, the timestamp being that of `X-Monitoring-Timestamp` in seconds since the
    epoch; receivers refuse old ones. `Idempotency-Key` is the same for every try of one message.
    """

    name: ClassVar[str] = "webhook"
    bundles: ClassVar[bool] = False
    follows: ClassVar[bool] = False

    def missing(self) -> Sequence[str]:
        """Name the address if it is not set; the secret is optional."""
        return [] if settings.ALERT_WEBHOOK_URL else ["ALERT_WEBHOOK_URL"]

    def recipients(self) -> Sequence[str]:
        """Return the one address."""
        return [settings.ALERT_WEBHOOK_URL]

    def render(self, message: Message) -> Rendering:
        """Return the document of the body."""
        return Rendering({"body": _document(message)})

    def send(self, message: Message, deadline: Deadline) -> Receipt:
        """POST the message; any 2xx is a receipt."""
        body = json.dumps(
            _document(message), sort_keys=True, separators=(",", ":"), allow_nan=False
        ).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.dedup_key,
            **sign(body, settings.ALERT_WEBHOOK_SECRET, at=message.at),
        }
        answer = ask(
            message.recipient,
            body=body,
            headers=headers,
            deadline=deadline,
            longest_answer=_MAX_ANSWER_BYTES,
        )
        return judge(answer, dedup_key=message.dedup_key, at=message.at)


def sign(body: bytes, secret: str, *, at: datetime) -> dict[str, str]:
    """Return the headers that prove who sent `body` and when; none without a secret."""
    if not secret:
        return {}
    timestamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: f"v1={digest.hexdigest()}"}


def judge(answer: Answer, *, dedup_key: str, at: datetime) -> Receipt:
    """Return the receipt of an answer, or raise the DeliveryError that it stands for."""
    if 200 <= answer.status < 300:
        return Receipt(reference=dedup_key, reply=f"HTTP {answer.status}")
    raise refusal(answer.status, answer.headers, text_of(answer), at=at)


def _document(message: Message) -> dict[str, Any]:
    return {
        **message.payload,
        "kind": message.kind,
        "dedup_key": message.dedup_key,
        "sent_at": message.at.isoformat(),
    }


CHANNEL = WebhookChannel()
