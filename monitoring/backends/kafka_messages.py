"""What goes into and comes out of Kafka, in our own words: the rest of the service knows no driver."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Partition = tuple[str, int]
Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One message to send."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One message that was read; anything in it may be missing or malformed."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


class Producer(Protocol):
    """Sends messages."""

    def deliver(self, messages: Sequence[Message]) -> list[Message]:
        """Send all and wait for the broker; return those that it did not take, in their order.

        One of those may have arrived all the same, only its receipt did not: its header
        `message-id` lets the reader tell.
        """

    def close(self) -> None:
        """Give up the connections."""


class Consumer(Protocol):
    """A member of a consumer group. Not safe for threads."""

    def poll(self, timeout_seconds: float) -> dict[Partition, list[Record]]:
        """Return what has arrived on the partitions that are not paused."""

    def commit(self, partition: Partition, next_offset: int) -> None:
        """Tell the broker where this group goes on after a restart."""

    def rewind(self, partition: Partition, offset: int) -> None:
        """Read on from `offset`; a partition that was lost meanwhile is left alone."""

    def pause(self, partition: Partition) -> None:
        """Fetch nothing from a partition until it is resumed."""

    def resume(self, partition: Partition) -> None:
        """Fetch from a partition again."""

    def assignments(self) -> int:
        """Return how often partitions were assigned anew: what was known of them may be wrong."""

    def lag(self) -> int:
        """Return how many messages of the assigned partitions are not yet read."""

    def close(self) -> None:
        """Leave the group."""


class Kafka(Protocol):
    """A cluster, or its Off twin."""

    def ping(self) -> None:
        """Return if it answers, raise StreamUnavailableError if not."""

    def ensure_topics(self, topics: Sequence[str]) -> None:
        """Create the topics that are missing. Raises StreamUnavailableError."""

    def topic_ids(self, topics: Sequence[str]) -> dict[str, str]:
        """Return the identity of each topic: one that was dropped and made again has another.

        Raises StreamUnavailableError.
        """

    def producer(self) -> Producer:
        """Connect. Raises StreamUnavailableError."""

    def consumer(self, topics: Sequence[str], *, group: str) -> Consumer:
        """Connect and subscribe. Raises StreamUnavailableError."""

    def close(self) -> None:
        """Give up whatever is kept open."""
