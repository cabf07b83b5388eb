"""The loop: poll, handle, set aside, commit; and what it does when one of these fails."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import InterfaceError, OperationalError

from monitoring.errors import DatabaseUnavailableError, StreamUnavailableError
from monitoring.exposition.accumulator import Accumulator
from monitoring.streams.batch import DeadLetter
from monitoring.streams.consumer import StreamReader
from monitoring.streams.pauses import Pauses
from tests.monitoring.streams.fakes import TOPIC, ZERO, Clock, FakeKafka, Handling, record

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def handling() -> Handling:
    return Handling()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def reading(kafka: FakeKafka, handling: Handling, clock: Clock) -> Callable[[], None]:
    """Return what runs one turn of the loop on a connected reader."""
    reader = StreamReader(
        kafka, {TOPIC: handling}, group="g", now=lambda: NOON, pauses=Pauses(clock)
    )
    return lambda: reader._step(kafka.reader, kafka.writer)


def test_what_was_handled_is_committed(handling: Handling, clock: Clock) -> None:
    kafka = FakeKafka([record(5), record(6), record(9, partition=1)])

    reading(kafka, handling, clock)()

    assert handling.offsets() == [[5, 6], [9]]
    assert kafka.reader.committed == {ZERO: 7, (TOPIC, 1): 10}
    first = handling.batches[0]
    assert (first.topic, first.topic_id, first.partition, first.at) == (TOPIC, "id-1", 0, NOON)


def test_the_lag_is_measured(handling: Handling, clock: Clock, gathered: Accumulator) -> None:
    reading(FakeKafka(), handling, clock)()

    key = ("queue_size", frozenset({("queue_name", "kafka")}))
    assert gathered.take().gauges[key] == 7


@pytest.mark.parametrize(
    "error",
    [OperationalError("away"), InterfaceError("away"), DatabaseUnavailableError("away")],
    ids=lambda error: type(error).__name__,
)
def test_while_the_database_is_away_the_partition_pauses_and_nothing_is_set_aside(
    error: Exception, handling: Handling, clock: Clock, gathered: Accumulator
) -> None:
    kafka = FakeKafka([record(0), record(1)])
    handling.error = lambda _: error
    turn = reading(kafka, handling, clock)

    turn()
    turn()

    assert kafka.reader.paused == {ZERO}
    assert (kafka.reader.committed, kafka.writer.delivered) == ({}, [])
    labels = frozenset({("topic", TOPIC), ("outcome", "deferred")})
    assert gathered.take().counters["stream_consumed_total", labels] == 2


def test_when_the_database_is_back_the_same_messages_are_handled(
    handling: Handling, clock: Clock
) -> None:
    kafka = FakeKafka([record(0), record(1)])
    handling.error = lambda _: OperationalError("away")
    turn = reading(kafka, handling, clock)
    turn()

    handling.error = lambda _: None
    clock.seconds = 0.9
    turn()
    assert handling.batches == []
    clock.seconds = 1.0
    turn()

    assert handling.offsets() == [[0, 1]]
    assert kafka.reader.committed == {ZERO: 2}
    assert kafka.reader.paused == set()


def test_one_partition_that_pauses_does_not_hold_up_another(
    handling: Handling, clock: Clock
) -> None:
    kafka = FakeKafka([record(0), record(0, partition=1)])
    handling.error = lambda batch: OperationalError("away") if batch.partition == 0 else None

    reading(kafka, handling, clock)()

    assert kafka.reader.committed == {(TOPIC, 1): 1}
    assert kafka.reader.paused == {ZERO}


def test_dead_letters_are_sent_counted_and_logged_before_the_commit(
    handling: Handling, clock: Clock, gathered: Accumulator, caplog: pytest.LogCaptureFixture
) -> None:
    kafka = FakeKafka([record(0), record(1, b"bad")])
    handling.letters = [DeadLetter(record(1, b"bad"), "not_json", "line 1")]

    reading(kafka, handling, clock)()

    (letter,) = kafka.writer.delivered
    assert (letter.topic, letter.value) == (f"{TOPIC}.dlq", b"bad")
    assert kafka.reader.committed == {ZERO: 2}
    labels = frozenset({("topic", TOPIC), ("reason", "not_json")})
    assert gathered.take().counters["stream_dead_letters_total", labels] == 1
    assert "messages set aside" in caplog.text


def test_dead_letters_that_are_not_taken_keep_the_batch_uncommitted(
    handling: Handling, clock: Clock, gathered: Accumulator
) -> None:
    kafka = FakeKafka([record(0, b"bad")])
    kafka.writer.refuses = True
    handling.letters = [DeadLetter(record(0, b"bad"), "not_json")]
    turn = reading(kafka, handling, clock)
    turn()
    assert kafka.reader.committed == {}

    kafka.writer.refuses = False
    clock.seconds = 1.0
    turn()

    assert len(kafka.writer.delivered) == 1
    assert kafka.reader.committed == {ZERO: 1}


def test_a_commit_that_fails_is_made_up_for_later(handling: Handling, clock: Clock) -> None:
    kafka = FakeKafka([record(0)])
    kafka.reader.commit_error = StreamUnavailableError("away")
    turn = reading(kafka, handling, clock)
    turn()

    kafka.reader.commit_error = None
    clock.seconds = 1.0
    turn()

    assert kafka.reader.committed == {ZERO: 1}
    assert handling.offsets() == [[0], [0]]


def test_a_message_that_the_handler_fails_on_is_found_and_set_aside(
    handling: Handling, clock: Clock
) -> None:
    kafka = FakeKafka([record(0), record(1, b"bad"), record(2)])
    bad = record(1, b"bad")
    handling.error = lambda batch: ZeroDivisionError("a fault") if bad in batch.records else None

    reading(kafka, handling, clock)()

    assert handling.offsets() == [[0], [2]]
    (letter,) = kafka.writer.delivered
    assert dict(letter.headers)["reason"] == b"handler_failed"
    assert kafka.reader.committed == {ZERO: 3}


def test_a_handler_that_is_further_than_its_batch_is_followed(
    handling: Handling, clock: Clock
) -> None:
    kafka = FakeKafka([record(0), record(1), record(8)])
    kafka.reader.records = kafka.reader.records[:2]
    handling.next_offset = 8
    turn = reading(kafka, handling, clock)

    turn()

    assert kafka.reader.committed == {ZERO: 8}
    assert kafka.reader.positions == {ZERO: 8}


def test_one_by_one_a_message_that_was_stored_before_is_skipped(
    handling: Handling, clock: Clock
) -> None:
    kafka = FakeKafka([record(0), record(1), record(2)])
    handling.next_offset = 3
    handling.error = lambda batch: ValueError("a fault") if len(batch.records) > 1 else None

    reading(kafka, handling, clock)()

    assert handling.offsets() == [[0]]
    assert kafka.reader.committed == {ZERO: 3}


def test_topics_are_identified_anew_after_each_assignment(handling: Handling, clock: Clock) -> None:
    kafka = FakeKafka([record(0)])
    turn = reading(kafka, handling, clock)
    turn()
    turn()
    assert kafka.ids_asked == 1

    kafka.reader.assigned += 1
    kafka.reader.records = [record(1)]
    turn()

    assert [batch.topic_id for batch in handling.batches] == ["id-1", "id-2"]
