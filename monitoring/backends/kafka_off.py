"""Kafka switched off: nothing is sent and nothing arrives."""

import time
from collections.abc import Sequence

from monitoring.backends.kafka_messages import Consumer, Message, Partition, Producer, Record


class KafkaOff:
    """The twin of the cluster where KAFKA_BROKERS is empty."""

    def ping(self) -> None:
        return

    def ensure_topics(self, topics: Sequence[str]) -> None:
        del topics

    def topic_ids(self, topics: Sequence[str]) -> dict[str, str]:
        return dict.fromkeys(topics, "")

    def producer(self) -> Producer:
        return ProducerOff()

    def consumer(self, topics: Sequence[str], *, group: str) -> Consumer:
        del topics, group
        return ConsumerOff()

    def close(self) -> None:
        return


class ProducerOff:
    """Takes everything and sends nothing."""

    def deliver(self, messages: Sequence[Message]) -> list[Message]:
        del messages
        return []

    def close(self) -> None:
        return


class ConsumerOff:
    """A group to which nothing ever comes."""

    def poll(self, timeout_seconds: float) -> dict[Partition, list[Record]]:
        time.sleep(timeout_seconds)  # as long as the real one waits for messages
        return {}

    def commit(self, partition: Partition, next_offset: int) -> None:
        del partition, next_offset

    def rewind(self, partition: Partition, offset: int) -> None:
        del partition, offset

    def pause(self, partition: Partition) -> None:
        del partition

    def resume(self, partition: Partition) -> None:
        del partition

    def assignments(self) -> int:
        return 0

    def lag(self) -> int:
        return 0

    def close(self) -> None:
        return
