"""From the bytes of a message to a JSON object, or the reason why not. Pure."""

from typing import Any

import orjson

from monitoring.backends.kafka_messages import Record

LARGEST_MESSAGE_BYTES = 256 * 1_024


class UndecodableError(Exception):
    """A message that cannot be read, with a reason from a short list."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


def decode(record: Record) -> dict[str, Any]:
    """Return the JSON object that a message holds.

    Raises UndecodableError: a message without a value, above 256 KiB, that is no strict JSON (NaN,
    broken UTF-8 and endless nesting are not), or no object.
    """
    if record.value is None:
        raise UndecodableError("null_value")
    if len(record.value) > LARGEST_MESSAGE_BYTES:
        raise UndecodableError("too_large", f"{len(record.value)} bytes")
    try:
        document = orjson.loads(record.value)
    except orjson.JSONDecodeError as error:
        raise UndecodableError("not_json", str(error)) from None
    if not isinstance(document, dict):
        raise UndecodableError("not_an_object")
    return document
