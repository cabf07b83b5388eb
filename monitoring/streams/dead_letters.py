"""Sets messages aside that cannot be processed: bytes and reason go to the topic's dead letters."""

import logging
from collections import Counter
from collections.abc import Sequence

from monitoring.backends.kafka_messages import Message, Producer, Record
from monitoring.errors import StreamUnavailableError
from monitoring.exposition.instruments import count
from monitoring.streams.batch import Batch, DeadLetter
from monitoring.streams.topics import dead_letter_topic

logger = logging.getLogger(__name__)

# A broker takes 1 MB by default, headers included; what is longer is cut, and the header says so.
KEPT_BYTES = 512 * 1_024
DETAIL_CHARACTERS = 500


def set_aside(letters: Sequence[DeadLetter], batch: Batch, producer: Producer) -> None:
    """Send dead letters and wait for the broker. Raises StreamUnavailableError: nothing is lost then,
    because the batch is not committed."""
    if not letters:
        return
    messages = [message_of(letter, topic_id=batch.topic_id) for letter in letters]
    if producer.deliver(messages):
        raise StreamUnavailableError(f"the dead letters of {batch.topic} were not taken")
    reasons = Counter(letter.reason for letter in letters)
    for reason, number in reasons.items():
        count("stream_dead_letters_total", {"topic": batch.topic, "reason": reason}, number)
    first = letters[0].record
    logger.warning(
        "messages set aside",
        extra={
            "topic": batch.topic,
            "partition": batch.partition,
            "first_offset": first.offset,
            "reasons": dict(reasons),
            "first_detail": letters[0].detail[:DETAIL_CHARACTERS],
        },
    )


def message_of(letter: DeadLetter, *, topic_id: str) -> Message:
    """Return the dead letter as a message: the original bytes, and headers that say what and why."""
    record = letter.record
    value = record.value or b""
    said = {
        "message-id": _identity(record, topic_id),
        "reason": letter.reason,
        "detail": letter.detail[:DETAIL_CHARACTERS],
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "original-bytes": "null" if record.value is None else str(len(value)),
    }
    ours = tuple((name, text.encode("utf-8", "replace")) for name, text in said.items())
    theirs = tuple((f"original-{name}", content) for name, content in record.headers)
    key = record.key or said["message-id"].encode()
    return Message(dead_letter_topic(record.topic), key, value[:KEPT_BYTES], ours + theirs)


def _identity(record: Record, topic_id: str) -> str:
    """Return the same for the same message, so that a reader can tell a repeat."""
    return f"{record.topic}:{topic_id}:{record.partition}:{record.offset}"
