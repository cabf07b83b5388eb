"""The loop that reads streams: poll, handle, set aside, commit; and waits where a store is away."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from django.db import InterfaceError, OperationalError, close_old_connections

from monitoring.backends.kafka_messages import Consumer, Kafka, Partition, Producer, Record
from monitoring.errors import ServiceUnavailableError, StreamUnavailableError
from monitoring.exposition.instruments import count, measure
from monitoring.streams.batch import Batch, DeadLetter, Handler, Outcome
from monitoring.streams.dead_letters import set_aside
from monitoring.streams.pauses import Pauses
from monitoring.streams.topics import dead_letter_topic

logger = logging.getLogger(__name__)

AWAY = (OperationalError, InterfaceError, ServiceUnavailableError)
HANDLER_FAILED = "handler_failed"
POLL_SECONDS = 1.0


class StreamReader:
    """One member of the consumer group. `now` gives the instant at which messages are handled."""

    def __init__(
        self,
        kafka: Kafka,
        handlers: Mapping[str, Handler],
        *,
        group: str,
        now: Callable[[], datetime],
        pauses: Pauses | None = None,
    ) -> None:
        self._kafka = kafka
        self._handlers = handlers
        self._group = group
        self._now = now
        self._pauses = pauses or Pauses(time.monotonic)
        self._topic_ids: dict[str, str] = {}
        self._assignments = -1

    def run(self, stopping: threading.Event) -> None:
        """Read until told to stop; connect again, with growing pauses, while the broker is away."""
        failures = 0
        while not stopping.is_set():
            try:
                self._read(stopping)
                failures = 0
            except StreamUnavailableError as error:
                wait = self._pauses.length(failures)
                failures += 1
                logger.warning("stream away", extra={"error": error.message, "wait_seconds": wait})
                stopping.wait(wait)

    def _read(self, stopping: threading.Event) -> None:
        """Read over one connection. Raises StreamUnavailableError when it breaks."""
        topics = sorted(self._handlers)
        self._kafka.ensure_topics([*topics, *map(dead_letter_topic, topics)])
        producer = self._kafka.producer()
        consumer = self._kafka.consumer(topics, group=self._group)
        self._assignments = -1
        logger.info("stream reader started", extra={"topics": topics, "group": self._group})
        try:
            while not stopping.is_set():
                self._step(consumer, producer)
        finally:
            consumer.close()
            producer.close()

    def _step(self, consumer: Consumer, producer: Producer) -> None:
        for partition in self._pauses.over():
            consumer.resume(partition)
        polled = consumer.poll(POLL_SECONDS)
        if consumer.assignments() != self._assignments:
            self._topic_ids = self._kafka.topic_ids(sorted(self._handlers))
            self._assignments = consumer.assignments()
        for partition, records in polled.items():
            self._process(consumer, producer, partition, records)
        measure("queue_size", {"queue_name": "kafka"}, consumer.lag())

    def _process(
        self, consumer: Consumer, producer: Producer, partition: Partition, records: list[Record]
    ) -> None:
        """Handle the records of one partition; if a store is away, come back to them later."""
        topic, number = partition
        batch = Batch(topic, self._topic_ids[topic], number, tuple(records), self._now())
        close_old_connections()  # one that broke since the last batch must not fail this one too
        try:
            outcome = self._handle(batch)
            set_aside(outcome.dead_letters, batch, producer)
            consumer.commit(partition, outcome.next_offset)
        except AWAY as error:
            wait = self._pauses.begin(partition)
            consumer.rewind(partition, records[0].offset)
            consumer.pause(partition)
            count("stream_consumed_total", {"topic": topic, "outcome": "deferred"}, len(records))
            logger.warning("batch deferred", extra={"error": str(error), "wait_seconds": wait})
            return
        self._pauses.end(partition)
        if outcome.next_offset > records[-1].offset + 1:
            consumer.rewind(partition, outcome.next_offset)

    def _handle(self, batch: Batch) -> Outcome:
        """Handle a batch; a message that its handler fails on is found and set aside."""
        handle = self._handlers[batch.topic]
        try:
            return handle(batch)
        except AWAY:
            raise
        except Exception as error:
            if len(batch.records) == 1:
                logger.exception("stream handler failed", extra={"topic": batch.topic})
                letter = DeadLetter(batch.records[0], HANDLER_FAILED, repr(error))
                return Outcome(batch.records[0].offset + 1, (letter,))
            return self._handle_one_by_one(batch)

    def _handle_one_by_one(self, batch: Batch) -> Outcome:
        next_offset = 0
        letters: list[DeadLetter] = []
        for record in batch.records:
            if record.offset < next_offset:
                continue
            outcome = self._handle(replace(batch, records=(record,)))
            next_offset = max(next_offset, outcome.next_offset)
            letters += outcome.dead_letters
        return Outcome(next_offset, tuple(letters))
