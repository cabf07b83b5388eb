"""Sends one real message by a channel for a person who wants to know whether it works; it is about no alert."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings

from alerts.channels import registry
from alerts.channels.base import DeliveryError, Receipt
from alerts.channels.concealment import conceal
from alerts.errors import ChannelFailedError, ChannelNotConfiguredError, ChannelNotFoundError
from alerts.messages import Message
from alerts.models.notification import Kind
from monitoring.errors import InvalidInputError
from monitoring.outbound import Deadline

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a test: the proof that the other side took the message."""

    channel: str
    recipient: str
    """As it may be shown: of a URL only the host, since its path may be a secret."""
    reference: str
    reply: str


def try_channel(name: str, *, recipient: str = "", by: str, at: datetime) -> Tested:
    """Send a test to one recipient of the channel, the first unless one is named, and wait for the answer.

    Only the channel's own recipients: who may test may not write to the whole world. Raises ChannelNotFoundError,
    ChannelNotConfiguredError, InvalidInputError for somebody else's address, or ChannelFailedError with the reason.
    """
    channel = registry.CHANNELS.get(name)
    if channel is None:
        raise ChannelNotFoundError(f"There is no channel {name!r}")
    problem = registry.why_unusable(name)
    if problem:
        raise ChannelNotConfiguredError(f"The channel {name} is {problem}")
    to = _chosen(list(channel.recipients()), recipient)
    deadline = Deadline(settings.NOTIFICATION_SEND_TIMEOUT.total_seconds())
    try:
        receipt = channel.send(_message(to, by=by, at=at), deadline)
    except DeliveryError as failure:
        _report(name, "failed", by)
        raise _failed(failure) from failure
    except Exception as error:
        # A fault in a channel is what a test is there to find.
        logger.exception("channel is broken", extra={"channel": name})
        _report(name, "failed", by)
        raise ChannelFailedError(f"Fault in the channel: {type(error).__name__}") from error
    _report(name, "sent", by)
    return _tested(name, to, receipt)


def shown(recipient: str) -> str:
    """Return the recipient as it may be shown: a URL may be a key."""
    if not recipient.startswith(("http://", "https://")):
        return recipient
    parts = urlsplit(recipient)
    return f"{parts.scheme}://{parts.hostname}/..."


def _chosen(recipients: list[str], asked: str) -> str:
    if not asked:
        return recipients[0]
    for each in recipients:
        if asked in {each, shown(each)}:
            return each
    raise InvalidInputError("The channel has no such recipient", details={"field": "recipient"})


def _message(recipient: str, *, by: str, at: datetime) -> Message:
    alert_id = uuid4()
    return Message(
        dedup_key=sha256(alert_id.bytes).hexdigest(),
        alert_id=alert_id,
        kind=Kind.TEST,
        recipient=recipient,
        at=at,
        payload=_payload(str(alert_id), by, at),
    )


def _payload(alert_id: str, by: str, at: datetime) -> Mapping[str, Any]:
    return {
        "alert_id": alert_id,
        "title": "Test message",
        "description": f"Asked for by {by}.",
        "severity": "info",
        "state": Kind.TEST.value,
        "service": settings.SERVICE_NAME,
        "labels": {},
        "started_at": at.isoformat(),
        "occurred_at": at.isoformat(),
        "links": {},
        "source": settings.SERVICE_NAME,
    }


def _failed(failure: DeliveryError) -> ChannelFailedError:
    wait = failure.retry_after_seconds
    return ChannelFailedError(
        f"The message was not taken: {conceal(failure.reason)}",
        details={
            "permanent": failure.permanent,
            "in_doubt": failure.in_doubt,
            "retry_after_seconds": wait,
        },
    )


def _tested(name: str, recipient: str, receipt: Receipt) -> Tested:
    return Tested(name, shown(recipient), conceal(receipt.reference), conceal(receipt.reply))


def _report(name: str, outcome: str, by: str) -> None:
    logger.info("channel tested", extra={"channel": name, "outcome": outcome, "by": by})
