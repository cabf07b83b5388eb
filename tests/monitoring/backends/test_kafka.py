"""The Kafka protocol against a real broker, against none, and its Off twin."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.embedded.kafka import KafkaBroker
from config.embedded.ports import choose_port
from monitoring.backends.kafka import KafkaBrokers
from monitoring.backends.kafka_messages import Consumer, Message, Record
from monitoring.backends.kafka_off import KafkaOff
from monitoring.errors import StreamUnavailableError
from tests.monitoring.streams.broker import unique
from tests.monitoring.waiting import until

HEADERS = (("message-id", b"1"),)


@pytest.fixture
def kafka() -> KafkaBrokers:
    return KafkaBrokers(settings.KAFKA_BROKERS, client_id="test")


@pytest.fixture
def away() -> KafkaBrokers:
    return KafkaBrokers(["127.0.0.1:1"], client_id="test")


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[KafkaBroker]:
    engine = KafkaBroker(tmp_path, port=choose_port(None))
    engine.start()
    yield engine
    engine.kill()


def message(topic: str, value: bytes = b"value") -> Message:
    return Message(topic, b"key", value, HEADERS)


def test_a_broker_that_runs_answers(kafka: KafkaBrokers) -> None:
    kafka.ping()
    kafka.close()


def test_a_broker_that_is_away_is_said_so_within_seconds(away: KafkaBrokers) -> None:
    began = time.monotonic()

    for ask in (away.ping, away.producer, lambda: away.consumer(["t"], group="g")):
        with pytest.raises(StreamUnavailableError, match="does not answer"):
            ask()

    assert time.monotonic() - began < 10


def test_topics_are_created_once_and_have_an_identity(kafka: KafkaBrokers) -> None:
    topics = [unique("t"), unique("t")]

    kafka.ensure_topics(topics)
    ids = kafka.topic_ids(topics)
    kafka.ensure_topics(topics)

    assert set(ids) == set(topics)
    assert len(set(ids.values())) == 2
    assert kafka.topic_ids(topics) == ids


def test_what_is_delivered_is_read_with_its_key_and_headers(kafka: KafkaBrokers) -> None:
    topic = unique("t")
    kafka.ensure_topics([topic])
    producer = kafka.producer()
    assert producer.deliver([message(topic, b"one"), message(topic, b"two")]) == []
    producer.close()

    consumer = kafka.consumer([topic], group=unique("g"))
    first, second = _read(consumer, 2)

    assert (first.value, second.value) == (b"one", b"two")
    assert (first.topic, first.key, first.headers) == (topic, b"key", HEADERS)
    assert (first.offset, second.offset) == (0, 1)
    assert consumer.lag() == 0
    assert consumer.assignments() == 1
    consumer.close()


def test_a_group_goes_on_where_it_committed(kafka: KafkaBrokers) -> None:
    topic, group = unique("t"), unique("g")
    kafka.ensure_topics([topic])
    producer = kafka.producer()
    producer.deliver([message(topic, b"%d" % number) for number in range(3)])
    first = kafka.consumer([topic], group=group)
    first.commit((topic, _read(first, 1)[0].partition), 2)
    first.close()

    second = kafka.consumer([topic], group=group)

    assert [one.value for one in _read(second, 1)] == [b"2"]
    second.close()
    producer.close()


def test_a_partition_that_pauses_is_read_again_from_where_it_was_rewound_to(
    kafka: KafkaBrokers,
) -> None:
    topic = unique("t")
    kafka.ensure_topics([topic])
    producer = kafka.producer()
    producer.deliver([message(topic)])
    consumer = kafka.consumer([topic], group=unique("g"))
    partition = (topic, _read(consumer, 1)[0].partition)

    consumer.rewind(partition, 0)
    consumer.pause(partition)
    assert _poll(consumer) == []
    assert consumer.lag() == 1
    consumer.resume(partition)

    assert [one.offset for one in _read(consumer, 1)] == [0]
    consumer.close()
    producer.close()


def test_a_partition_that_is_not_ours_is_left_alone(kafka: KafkaBrokers) -> None:
    topic = unique("t")
    kafka.ensure_topics([topic])
    consumer = kafka.consumer([topic], group=unique("g"))

    consumer.rewind(("another", 0), 5)
    consumer.pause(("another", 0))
    consumer.resume(("another", 0))

    assert consumer.lag() == 0
    consumer.close()


def test_a_message_too_large_for_a_request_is_handed_back(kafka: KafkaBrokers) -> None:
    topic = unique("t")
    large = message(topic, b"x" * 3 * 2**20)
    producer = kafka.producer()

    undelivered = producer.deliver([message(topic), large])

    assert undelivered == [large]
    producer.close()


def test_what_a_dying_broker_does_not_take_is_handed_back_in_order(mortal: KafkaBroker) -> None:
    kafka = KafkaBrokers([mortal.variables()["KAFKA_BROKERS"]], client_id="test")
    topic = unique("t")
    producer = kafka.producer()
    assert producer.deliver([message(topic)]) == []
    mortal.kill()
    messages = [message(topic, b"%d" % number) for number in range(3)]

    began = time.monotonic()
    undelivered = producer.deliver(messages)

    assert undelivered == messages
    assert time.monotonic() - began < 15
    producer.close()


def test_the_off_twin_takes_everything_and_has_nothing_to_say() -> None:
    off = KafkaOff()

    off.ping()
    off.ensure_topics(["t"])
    assert off.topic_ids(["t"]) == {"t": ""}
    producer, consumer = off.producer(), off.consumer(["t"], group="g")
    assert producer.deliver([message("t")]) == []
    producer.close()
    assert consumer.poll(0.01) == {}
    consumer.commit(("t", 0), 1)
    consumer.rewind(("t", 0), 1)
    consumer.pause(("t", 0))
    consumer.resume(("t", 0))
    assert (consumer.assignments(), consumer.lag()) == (0, 0)
    consumer.close()
    off.close()


def _poll(consumer: Consumer) -> list[Record]:
    return [record for records in consumer.poll(0.5).values() for record in records]


def _read(consumer: Consumer, number: int) -> list[Record]:
    """Return the next messages, at least `number` of them, fewer if they do not come in time."""
    read: list[Record] = []

    def is_enough() -> bool:
        read.extend(_poll(consumer))
        return len(read) >= number

    until(is_enough)
    return read
