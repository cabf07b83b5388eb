"""A real broker for a test: topics of its own, an external producer, and a reader in a thread."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import connections
from django.utils import timezone
from kafka import KafkaConsumer, KafkaProducer

from monitoring.backends.kafka_messages import Kafka
from monitoring.streams.batch import Handler
from monitoring.streams.consumer import StreamReader
from monitoring.streams.pauses import Pauses

_QUICK = 0.05


def unique(name: str) -> str:
    """Return a name that no other test and no earlier run has used."""
    return f"{name}-{uuid4().hex[:12]}"


@contextmanager
def outsider(brokers: Sequence[str]) -> Iterator[Callable[..., None]]:
    """Yield what sends messages to a topic as another service would, and waits for the broker."""
    producer = KafkaProducer(bootstrap_servers=list(brokers), max_request_size=4 * 2**20)

    def send(topic: str, *values: bytes | None, key: bytes = b"one") -> None:
        for value in values:
            producer.send(topic, value=value, key=key, headers=[("message-id", b"theirs")])
        producer.flush(timeout=20)

    try:
        yield send
    finally:
        producer.close(timeout=2)


def read_all(brokers: Sequence[str], topic: str, number: int, *, seconds: float = 20) -> list[Any]:
    """Return `number` messages of a topic from its beginning, fewer if no more come in time."""
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=list(brokers),
        auto_offset_reset="earliest",
        consumer_timeout_ms=int(seconds * 1_000),
    )
    found: list[Any] = []
    for message in consumer:
        found.append(message)
        if len(found) >= number:
            break
    consumer.close()
    return found


@contextmanager
def reading(kafka: Kafka, handlers: Mapping[str, Handler], *, group: str) -> Iterator[StreamReader]:
    """Run a reader in a thread for as long as the block lasts."""
    pauses = Pauses(time.monotonic, first_seconds=_QUICK, longest_seconds=1.0)
    reader = StreamReader(kafka, handlers, group=group, now=timezone.now, pauses=pauses)
    stopping = threading.Event()

    def run() -> None:
        try:
            reader.run(stopping)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield reader
    finally:
        stopping.set()
        thread.join()
