"""The Kafka protocol: the only importer of its driver."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from kafka import (
    ConsumerRebalanceListener,
    KafkaAdminClient,
    KafkaConsumer,
    KafkaProducer,
    OffsetAndMetadata,
    TopicPartition,
)
from kafka.errors import KafkaError, TopicAlreadyExistsError

from monitoring.backends.kafka_messages import Consumer, Message, Partition, Producer, Record
from monitoring.errors import StreamUnavailableError

_CONNECT_MS = 1_500  # the driver's constructors wait this long for a broker that is away
_ANSWER_MS = 5_000
_LARGEST_REQUEST_BYTES = 2 * 2**20


class KafkaBrokers:
    """The real cluster; connections are made when they are asked for."""

    def __init__(self, brokers: Sequence[str], *, client_id: str) -> None:
        self._options: dict[str, Any] = {
            "bootstrap_servers": list(brokers),
            "client_id": client_id,
            "bootstrap_timeout_ms": _CONNECT_MS,
        }

    def ping(self) -> None:
        with self._admin() as admin:
            admin.describe_cluster()

    def ensure_topics(self, topics: Sequence[str]) -> None:
        with self._admin() as admin:
            missing = [topic for topic in topics if topic not in set(admin.list_topics())]
            with suppress(TopicAlreadyExistsError):  # another process was faster
                if missing:  # partitions and replicas as the cluster has them by default
                    admin.create_topics(missing, timeout_ms=_ANSWER_MS)

    def topic_ids(self, topics: Sequence[str]) -> dict[str, str]:
        with self._admin() as admin:
            described = admin.describe_topics(list(topics))
        return {topic["name"]: str(topic.get("topic_id") or "") for topic in described}

    def producer(self) -> Producer:
        with _answers():
            return _Producer(
                KafkaProducer(
                    **self._options,
                    acks="all",
                    linger_ms=5,
                    max_block_ms=_CONNECT_MS,
                    request_timeout_ms=_ANSWER_MS // 2,
                    delivery_timeout_ms=_ANSWER_MS,
                    max_request_size=_LARGEST_REQUEST_BYTES,
                )
            )

    def consumer(self, topics: Sequence[str], *, group: str) -> Consumer:
        with _answers():
            return _Consumer(
                KafkaConsumer(
                    **self._options,
                    group_id=group,
                    enable_auto_commit=False,
                    auto_offset_reset="earliest",
                    # The driver's default of 45 s makes each join of a simple broker wait 23 s.
                    session_timeout_ms=6_000,
                    heartbeat_interval_ms=2_000,
                    reconnect_backoff_max_ms=5_000,
                    metadata_max_age_ms=30_000,
                ),
                topics,
            )

    def close(self) -> None:
        return

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        with _answers():
            admin = KafkaAdminClient(**self._options, request_timeout_ms=_ANSWER_MS)
            try:
                yield admin
            finally:
                admin.close()


class _Producer:
    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def deliver(self, messages: Sequence[Message]) -> list[Message]:
        futures = [self._send(message) for message in messages]
        with suppress(KafkaError):  # out of time: the futures tell which messages that concerns
            self._driver.flush(timeout=_ANSWER_MS / 1_000)
        return [
            message
            for message, future in zip(messages, futures, strict=True)
            if future is None or not future.succeeded()
        ]

    def close(self) -> None:
        self._driver.close(timeout=1)

    def _send(self, message: Message) -> Any:
        """Return the driver's future, None if it refused the message at once."""
        try:
            return self._driver.send(
                message.topic, message.value, key=message.key, headers=list(message.headers)
            )
        except KafkaError:
            return None


class _Consumer(ConsumerRebalanceListener):  # type: ignore[misc] # the driver has no types
    def __init__(self, driver: Any, topics: Sequence[str]) -> None:
        self._driver = driver
        self._assignments = 0
        driver.subscribe(topics=list(topics), listener=self)

    def on_partitions_assigned(self, assigned: Any) -> None:
        del assigned
        self._assignments += 1

    def on_partitions_revoked(self, revoked: Any) -> None:
        """Nothing is kept for a partition between two polls."""

    def poll(self, timeout_seconds: float) -> dict[Partition, list[Record]]:
        with _answers():
            polled = self._driver.poll(timeout_ms=int(timeout_seconds * 1_000))
        return {
            (where.topic, where.partition): [_record(raw) for raw in records]
            for where, records in polled.items()
        }

    def commit(self, partition: Partition, next_offset: int) -> None:
        position = {TopicPartition(*partition): OffsetAndMetadata(next_offset, "", -1)}
        with _answers():
            self._driver.commit(position, timeout_ms=_ANSWER_MS)

    def rewind(self, partition: Partition, offset: int) -> None:
        if self._has(partition):
            self._driver.seek(TopicPartition(*partition), offset)

    def pause(self, partition: Partition) -> None:
        if self._has(partition):
            self._driver.pause(TopicPartition(*partition))

    def resume(self, partition: Partition) -> None:
        if self._has(partition):
            self._driver.resume(TopicPartition(*partition))

    def assignments(self) -> int:
        return self._assignments

    def lag(self) -> int:
        total = 0
        with _answers():
            for where in self._driver.assignment():
                end = self._driver.highwater(where)
                if end is not None:
                    total += max(0, end - self._driver.position(where, timeout_ms=_ANSWER_MS))
        return total

    def close(self) -> None:
        with suppress(KafkaError, OSError):  # leaving a broker that is away is leaving, too
            self._driver.close(autocommit=False, timeout_ms=_ANSWER_MS)

    def _has(self, partition: Partition) -> bool:
        return TopicPartition(*partition) in self._driver.assignment()


@contextmanager
def _answers() -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError) as error:
        raise StreamUnavailableError(f"Kafka does not answer: {error!r}") from error


def _record(raw: Any) -> Record:
    return Record(
        raw.topic, raw.partition, raw.offset, raw.key, raw.value, tuple(raw.headers or ())
    )
