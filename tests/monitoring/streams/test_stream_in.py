"""From a real broker into the storage: external producers, poison, outages and crashes."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from monitoring.backends.factory import kafka
from monitoring.backends.kafka_messages import Consumer, Kafka, Partition
from monitoring.query.latest import latest_values
from monitoring.streams.batch import Batch, Outcome
from monitoring.streams.metrics import store_metrics
from tests.monitoring.streams.broker import outsider, read_all, reading, unique
from tests.monitoring.waiting import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fresh_stores"),
]
Send = Callable[..., None]


@pytest.fixture
def topic() -> str:
    return unique("metrics")


@pytest.fixture
def send() -> Iterator[Send]:
    with outsider(settings.KAFKA_BROKERS) as send_as_outsider:
        yield send_as_outsider


def sold(by: object = 1, **fields: Any) -> bytes:
    document = {
        "metric_name": "tickets_sold_total",
        "service_name": "ticket-service",
        "value": by,
        "type": "counter",
        "labels": {"venue_id": "v1"},
        "timestamp": datetime.isoformat(timezone.now()),
        "source": "ticket-service",
    }
    return orjson.dumps({**document, **fields})


def total() -> float:
    return sum(one.value for one in latest_values(metrics=["tickets_sold_total"]))


def test_messages_of_others_are_stored_and_our_own_are_not(topic: str, send: Send) -> None:
    send(topic, sold(2), sold(100, source=settings.SERVICE_NAME), sold(3))

    with reading(kafka(), {topic: store_metrics}, group=unique("g")):
        assert until(lambda: total() >= 5)

    assert total() == 5


def test_poison_goes_to_the_dead_letters_and_the_next_message_is_stored(
    topic: str, send: Send
) -> None:
    poison = [
        b"not json",
        b"x" * 2**20,
        sold("many"),
        b'{"metric_name": "a\x00b"}',
        sold(labels={"venue_id": "a\x00b"}),
        None,
    ]
    send(topic, sold(1), *poison, sold(2))

    with reading(kafka(), {topic: store_metrics}, group=unique("g")):
        assert until(lambda: total() == 3)
        letters = read_all(settings.KAFKA_BROKERS, f"{topic}.dlq", len(poison))

    reasons = [dict(letter.headers)["reason"].decode() for letter in letters]
    assert sorted(reasons) == [
        "invalid_sample",
        "invalid_sample",
        "not_json",
        "not_json",
        "null_value",
        "too_large",
    ]
    by_offset = {int(dict(letter.headers)["offset"]): letter for letter in letters}
    assert by_offset[1].value == b"not json"
    assert dict(by_offset[2].headers)["original-bytes"] == str(2**20).encode()
    assert dict(by_offset[1].headers)["original-message-id"] == b"theirs"
    assert total() == 3


def test_while_the_database_is_away_messages_wait_and_none_is_a_dead_letter(
    topic: str, send: Send
) -> None:
    failures = iter([OperationalError("away")] * 3)

    def handle(batch: Batch) -> Outcome:
        error = next(failures, None)
        if error is not None:
            raise error
        return store_metrics(batch)

    send(topic, sold(1), sold(2))
    with reading(kafka(), {topic: handle}, group=unique("g")):
        assert until(lambda: total() == 3)

    assert read_all(settings.KAFKA_BROKERS, f"{topic}.dlq", 1, seconds=1) == []


class Crash(BaseException):
    """The process dies here."""


class DyingKafka:
    """The real cluster, but the process dies between the database's commit and Kafka's."""

    def __init__(self, real: Kafka) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def consumer(self, topics: Sequence[str], *, group: str) -> Consumer:
        consumer = self._real.consumer(topics, group=group)

        def commit(partition: Partition, next_offset: int) -> None:
            raise Crash

        consumer.commit = commit  # type: ignore[method-assign]
        return consumer


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_was_stored_before_a_crash_is_not_stored_again_after_it(
    topic: str, send: Send
) -> None:
    group = unique("g")
    send(topic, *[sold(1)] * 20)
    with reading(DyingKafka(kafka()), {topic: store_metrics}, group=group):
        assert until(lambda: total() >= 1)
    stored_before = total()
    send(topic, *[sold(1)] * 20)

    with reading(kafka(), {topic: store_metrics}, group=group):
        assert until(lambda: total() >= 40)
        send(topic, sold(1, labels={"venue_id": str(uuid4())}))
        assert until(lambda: total() >= 41)

    assert stored_before == 20
    assert total() == 41


def test_two_readers_of_one_group_share_the_partitions_and_store_everything_once(
    topic: str, send: Send
) -> None:
    group = unique("g")
    kafka().ensure_topics([topic])
    first = reading(kafka(), {topic: store_metrics}, group=group)
    with first, reading(kafka(), {topic: store_metrics}, group=group):
        for number in range(60):
            send(topic, sold(1), key=f"{number}".encode())
        assert until(lambda: total() >= 60)

    assert total() == 60
