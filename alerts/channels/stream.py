"""The stream channel: alerts-stream, by which other services learn of alerts and may tell people in their way.

Source: "alerts-stream" under "Kafka Topics", service specification.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import orjson
from django.conf import settings

from alerts.channels.base import DeliveryError, Receipt, Rendering
from alerts.channels.stream_connection import StreamConnection
from alerts.messages import Message
from monitoring.backends.kafka_messages import Headers
from monitoring.backends.kafka_messages import Message as Record
from monitoring.errors import StreamUnavailableError
from monitoring.outbound import Deadline
from monitoring.streams.topics import ALERTS_STREAM

_connection = StreamConnection(ALERTS_STREAM)


class StreamChannel:
    """One record for each transition, acknowledged by all replicas; its key is the alert, which keeps the order."""

    name: ClassVar[str] = "stream"
    bundles: ClassVar[bool] = False
    follows: ClassVar[bool] = False

    def missing(self) -> Sequence[str]:
        """Name the brokers if there are none, and the mode if it leaves the stream out."""
        missing = [] if settings.KAFKA_BROKERS else ["KAFKA_BROKERS"]
        return missing if settings.NOTIFY_MODE != "direct" else [*missing, "NOTIFY_MODE=both"]

    def recipients(self) -> Sequence[str]:
        """Return the topic."""
        return [ALERTS_STREAM]

    def render(self, message: Message) -> Rendering:
        """Return key, headers and value of the record."""
        headers = {name: value.decode() for name, value in _headers(message)}
        parts = {"key": str(message.alert_id), "headers": headers, "value": document_of(message)}
        return Rendering(parts)

    def send(self, message: Message, deadline: Deadline) -> Receipt:
        """Send one record and wait for the brokers; the driver's own waits end within seven seconds."""
        deadline.remaining()
        key, value = str(message.alert_id).encode(), orjson.dumps(document_of(message))
        try:
            is_taken = _connection.deliver(Record(ALERTS_STREAM, key, value, _headers(message)))
        except StreamUnavailableError as error:
            raise DeliveryError(error.message) from error
        if not is_taken:
            raise DeliveryError("the brokers did not confirm the record", in_doubt=True)
        return Receipt(message.dedup_key, f"{ALERTS_STREAM}: confirmed by all replicas")


def document_of(message: Message) -> dict[str, Any]:
    """Return the fields of the specification, and what a reader needs to know so that nobody is told twice.

    `channels` are those of the rule, which the reader is to use; `notified_channels` those that this service uses
    itself.
    """
    payload = message.payload
    return {
        "id": str(message.alert_id),
        "title": payload.get("title", ""),
        "severity": payload.get("severity", "info"),
        "state": payload.get("state", message.kind),
        "service": payload.get("service", ""),
        "value": payload.get("value"),
        "threshold": payload.get("threshold"),
        "timestamp": payload.get("occurred_at") or message.at.isoformat(),
        "source": payload.get("source", settings.SERVICE_NAME),
        "dedup_key": message.dedup_key,
        "channels": payload.get("channels", []),
        "notified_channels": payload.get("notified_channels", []),
    }


def _headers(message: Message) -> Headers:
    severity = str(message.payload.get("severity", "info"))
    return (("severity", severity.encode()), ("message-id", message.dedup_key.encode()))


CHANNEL = StreamChannel()
