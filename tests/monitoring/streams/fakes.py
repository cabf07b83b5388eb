"""A cluster in memory that fails on demand, for the tests of the loop itself."""

from collections.abc import Callable, Sequence

from monitoring.backends.kafka_messages import Message, Partition, Record
from monitoring.errors import StreamUnavailableError
from monitoring.streams.batch import Batch, DeadLetter, Outcome

TOPIC = "orders"
ZERO: Partition = (TOPIC, 0)


def record(offset: int, value: bytes | None = b"{}", *, partition: int = 0) -> Record:
    return Record(TOPIC, partition, offset, b"key", value, (("message-id", b"m"),))


class FakeProducer:
    """Takes everything, unless it is told to refuse."""

    def __init__(self) -> None:
        self.delivered: list[Message] = []
        self.refuses = False
        self.is_closed = False

    def deliver(self, messages: Sequence[Message]) -> list[Message]:
        if self.refuses:
            return list(messages)
        self.delivered.extend(messages)
        return []

    def close(self) -> None:
        self.is_closed = True


class FakeConsumer:
    """Hands out what lies on its partitions behind the position, as the driver does."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = list(records)
        self.positions: dict[Partition, int] = {}
        self.committed: dict[Partition, int] = {}
        self.paused: set[Partition] = set()
        self.resumed: list[Partition] = []
        self.commit_error: StreamUnavailableError | None = None
        self.assigned = 1
        self.is_closed = False

    def poll(self, timeout_seconds: float) -> dict[Partition, list[Record]]:
        polled: dict[Partition, list[Record]] = {}
        for one in self.records:
            partition = (one.topic, one.partition)
            if partition not in self.paused and one.offset >= self.positions.get(partition, 0):
                polled.setdefault(partition, []).append(one)
        for partition, records in polled.items():
            self.positions[partition] = records[-1].offset + 1
        return polled

    def commit(self, partition: Partition, next_offset: int) -> None:
        if self.commit_error is not None:
            raise self.commit_error
        self.committed[partition] = next_offset

    def rewind(self, partition: Partition, offset: int) -> None:
        self.positions[partition] = offset

    def pause(self, partition: Partition) -> None:
        self.paused.add(partition)

    def resume(self, partition: Partition) -> None:
        self.paused.discard(partition)
        self.resumed.append(partition)

    def assignments(self) -> int:
        return self.assigned

    def lag(self) -> int:
        return 7

    def close(self) -> None:
        self.is_closed = True


class FakeKafka:
    """One consumer and one producer; connecting fails `failures` times first."""

    def __init__(self, records: Sequence[Record] = (), *, failures: int = 0) -> None:
        self.reader = FakeConsumer(records)
        self.writer = FakeProducer()
        self.failures = failures
        self.created: list[str] = []
        self.ids_asked = 0

    def ping(self) -> None:
        return

    def ensure_topics(self, topics: Sequence[str]) -> None:
        if self.failures:
            self.failures -= 1
            raise StreamUnavailableError("away")
        self.created = list(topics)

    def topic_ids(self, topics: Sequence[str]) -> dict[str, str]:
        self.ids_asked += 1
        return dict.fromkeys(topics, f"id-{self.ids_asked}")

    def producer(self) -> FakeProducer:
        return self.writer

    def consumer(self, topics: Sequence[str], *, group: str) -> FakeConsumer:
        return self.reader

    def close(self) -> None:
        return


class Handling:
    """A handler that notes its batches and can be told to fail."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.error: Callable[[Batch], Exception | None] = lambda _: None
        self.letters: Sequence[DeadLetter] = ()
        self.next_offset: int | None = None

    def __call__(self, batch: Batch) -> Outcome:
        error = self.error(batch)
        if error is not None:
            raise error
        self.batches.append(batch)
        end = batch.records[-1].offset + 1
        letters = tuple(one for one in self.letters if one.record in batch.records)
        return Outcome(self.next_offset or end, letters)

    def offsets(self) -> list[list[int]]:
        return [[one.offset for one in batch.records] for batch in self.batches]


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds
