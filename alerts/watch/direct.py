"""Tells people without PostgreSQL and without a broker: straight through the channels."""

import hashlib
import logging
from datetime import datetime
from typing import Any

from django.conf import settings

from alerts.channels import registry
from alerts.channels.base import DeliveryError
from alerts.messages import Message
from alerts.models.choices import Severity
from alerts.models.notification import Kind
from alerts.watch.outage import Address, Outage
from alerts.wording import span
from monitoring.outbound import Deadline

logger = logging.getLogger(__name__)

TITLE = "The monitoring service cannot reach its database"


def addresses() -> list[Address]:
    """Return everybody whom a channel reaches without being told a name."""
    return [
        Address(channel, recipient)
        for channel in registry.for_people()
        for recipient in registry.CHANNELS[channel].recipients()
    ]


def tell(outage: Outage, address: Address, *, kind: Kind, at: datetime) -> dict[str, Any]:
    """Try once to tell one address; return the try as it goes into the spool. Never raises."""
    message = _message(outage, address, kind, at)
    deadline = Deadline(settings.NOTIFICATION_SEND_TIMEOUT.total_seconds())
    entry: dict[str, Any] = {
        "outage": str(outage.id),
        "kind": kind.value,
        "channel": address.channel,
        "recipient": address.recipient,
        "dedup_key": message.dedup_key,
        "at": at.isoformat(),
        "payload": dict(message.payload),
    }
    try:
        receipt = registry.CHANNELS[address.channel].send(message, deadline)
    except DeliveryError as error:
        return {**entry, "reached": False, "detail": error.reason}
    except Exception as error:  # a fault in one channel must not keep the others silent
        logger.exception("channel is broken", extra={"channel": address.channel})
        return {**entry, "reached": False, "detail": f"fault in the channel: {error!r}"}
    return {**entry, "reached": True, "detail": receipt.reply, "reference": receipt.reference}


def _message(outage: Outage, address: Address, kind: Kind, at: datetime) -> Message:
    text = "|".join([str(outage.id), kind, address.channel, address.recipient])
    return Message(
        dedup_key=hashlib.sha256(text.encode()).hexdigest(),
        alert_id=outage.id,
        kind=kind,
        recipient=address.recipient,
        at=at,
        payload=_payload(outage, kind, at),
    )


def _payload(outage: Outage, kind: Kind, at: datetime) -> dict[str, Any]:
    over = kind == Kind.RESOLVED
    lasted = span(at - outage.since)
    return {
        "alert_id": str(outage.id),
        "title": TITLE,
        "description": f"It was away for {lasted}." if over else _consequences(outage, lasted),
        "severity": Severity.CRITICAL.value,
        "state": kind.value,
        "service": settings.SERVICE_NAME,
        "labels": {},
        "value": None,
        "threshold": None,
        "started_at": outage.since.isoformat(),
        "resolved_at": at.isoformat() if over else None,
        "occurred_at": at.isoformat(),
        "links": {"alert": f"{settings.PUBLIC_URL}/status"},
        "source": settings.SERVICE_NAME,
    }


def _consequences(outage: Outage, lasted: str) -> str:
    return (
        f"PostgreSQL has not answered for {lasted} ({outage.reason}). No rule is evaluated and no other alert is "
        "told until it is back. This message came from the watchdog, which needs no database."
    )
