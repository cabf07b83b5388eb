"""Publishing never blocks and never fails; what is not sent is kept, or dropped and counted."""

import threading
from collections.abc import Iterator, Sequence

import pytest

from monitoring.backends.kafka_messages import Message, Producer
from monitoring.errors import StreamUnavailableError
from monitoring.exposition.accumulator import Accumulator
from monitoring.streams.publisher import Maker, Publisher
from tests.monitoring.waiting import until

TOPIC = "orders"
WAIT_SECONDS = 10


class Broker:
    """A producer and the way to it; both can be made to fail, or to hang."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.connections = 0
        self.closed = 0
        self.is_away = False
        self.refused: set[bytes] = set()
        self.fault: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def connect(self) -> Producer:
        self.connections += 1
        if self.is_away:
            raise StreamUnavailableError("away")
        return self

    def deliver(self, messages: Sequence[Message]) -> list[Message]:
        self.may_go_on.wait(WAIT_SECONDS)
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        undelivered = [one for one in messages if one.value in self.refused]
        self.taken += [one.value for one in messages if one.value not in self.refused]
        return undelivered

    def close(self) -> None:
        self.closed += 1


def maker(value: bytes) -> Maker:
    return lambda: Message(TOPIC, b"key", value)


def makers(*values: int) -> list[Maker]:
    return [maker(b"%d" % value) for value in values]


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def publisher(broker: Broker) -> Iterator[Publisher]:
    made = Publisher(broker.connect, capacity=5, pause_seconds=0.01, longest_pause_seconds=0.02)
    yield made
    broker.may_go_on.set()
    made.stop()


def outcomes(gathered: Accumulator) -> dict[str, float]:
    counters = gathered.take().counters
    return {dict(labels)["outcome"]: number for (_, labels), number in counters.items()}


def test_messages_are_sent_in_their_order_over_one_connection(
    publisher: Publisher, broker: Broker, gathered: Accumulator
) -> None:
    publisher.publish(TOPIC, makers(1, 2))
    publisher.publish(TOPIC, makers(3))

    assert until(lambda: len(broker.taken) == 3)
    assert (broker.taken, broker.connections) == ([b"1", b"2", b"3"], 1)
    publisher.stop()
    assert outcomes(gathered) == {"sent": 3}


def test_nothing_connects_before_something_is_published(
    publisher: Publisher, broker: Broker
) -> None:
    publisher.stop()

    assert (broker.connections, publisher.waiting()) == (0, 0)


def test_a_broker_that_hangs_does_not_hold_up_whoever_publishes(
    publisher: Publisher, broker: Broker, gathered: Accumulator
) -> None:
    broker.may_go_on.clear()
    publisher.publish(TOPIC, makers(0))
    assert until(lambda: publisher.waiting() == 0)  # handed to the broker that hangs

    publisher.publish(TOPIC, makers(*range(1, 9)))

    assert publisher.waiting() == 5
    assert outcomes(gathered) == {"dropped_queue_full": 3}
    broker.may_go_on.set()
    assert until(lambda: len(broker.taken) == 6)
    assert broker.taken == [b"0", b"4", b"5", b"6", b"7", b"8"]


def test_what_is_published_while_the_broker_is_away_is_sent_when_it_is_back(
    publisher: Publisher, broker: Broker
) -> None:
    broker.is_away = True
    publisher.publish(TOPIC, makers(1, 2))
    assert until(lambda: broker.connections >= 3)

    broker.is_away = False

    assert until(lambda: len(broker.taken) == 2)
    assert broker.taken == [b"1", b"2"]


def test_what_the_broker_did_not_take_is_sent_again_over_a_new_connection(
    publisher: Publisher, broker: Broker
) -> None:
    broker.refused = {b"2"}
    publisher.publish(TOPIC, makers(1, 2, 3))
    assert until(lambda: broker.closed >= 1)

    broker.refused = set()

    assert until(lambda: len(broker.taken) == 3)
    assert broker.taken == [b"1", b"3", b"2"]
    assert broker.connections >= 2


def test_a_message_that_cannot_be_made_is_dropped_counted_and_the_next_are_sent(
    publisher: Publisher, broker: Broker, gathered: Accumulator, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Message:
        raise ValueError("cannot be made")

    publisher.publish(TOPIC, [fail])
    assert until(lambda: "messages not sent" in caplog.text)
    publisher.publish(TOPIC, makers(1))

    assert until(lambda: broker.taken == [b"1"])
    publisher.stop()
    assert outcomes(gathered) == {"dropped_fault": 1, "sent": 1}


def test_stopping_sends_what_is_queued(publisher: Publisher, broker: Broker) -> None:
    broker.may_go_on.clear()
    publisher.publish(TOPIC, makers(1))
    assert until(lambda: publisher.waiting() == 0)
    publisher.publish(TOPIC, makers(2, 3))
    broker.may_go_on.set()

    publisher.stop(timeout_seconds=WAIT_SECONDS)

    assert broker.taken == [b"1", b"2", b"3"]
    assert broker.closed == 1


def test_stopping_while_the_broker_is_away_gives_up_and_counts(
    broker: Broker, gathered: Accumulator
) -> None:
    broker.is_away = True
    publisher = Publisher(broker.connect, pause_seconds=3_600, longest_pause_seconds=3_600)
    publisher.publish(TOPIC, makers(1, 2))
    assert until(lambda: broker.connections == 1 and publisher.waiting() == 2)

    publisher.stop(timeout_seconds=WAIT_SECONDS)

    assert outcomes(gathered) == {"dropped_at_exit": 2}


def test_what_is_published_after_the_stop_starts_no_thread(
    publisher: Publisher, broker: Broker
) -> None:
    publisher.stop()

    publisher.publish(TOPIC, makers(1))

    assert broker.connections == 0
