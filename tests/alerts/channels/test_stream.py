"""The stream channel against a real broker, against none, and against what only looks like one."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from django.conf import settings as configured
from pytest_django import Settings

from alerts.channels import stream
from alerts.channels.base import DeliveryError
from alerts.channels.stream import StreamChannel, document_of
from alerts.channels.stream_connection import StreamConnection
from alerts.messages import Message
from monitoring.backends import factory
from monitoring.backends.kafka import KafkaBrokers
from monitoring.backends.kafka_messages import Message as Record
from monitoring.backends.kafka_messages import Record as Received
from monitoring.outbound import Deadline
from monitoring.streams.topics import ALERTS_STREAM
from tests.alerts.channels.writing import message
from tests.monitoring.raw_peer import RawPeer, silent
from tests.monitoring.streams.broker import unique
from tests.monitoring.waiting import until


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Each test has a connection of its own."""
    factory.forget()
    yield
    stream._connection.close()
    factory.forget()


def of_an_alert(**payload: object) -> Message:
    return replace(message(ALERTS_STREAM, **payload), alert_id=uuid4(), dedup_key=uuid4().hex)


def received(key: bytes, number: int = 1) -> list[Received]:
    """Read that many records of one alert from the topic."""
    kafka = KafkaBrokers(configured.KAFKA_BROKERS, client_id="test")
    consumer = kafka.consumer([ALERTS_STREAM], group=unique("g"))
    found: list[Received] = []

    def arrived() -> bool:
        for records in consumer.poll(0.2).values():
            found.extend(record for record in records if record.key == key)
        return len(found) >= number

    until(arrived)
    consumer.close()
    return found


def test_a_transition_is_read_as_the_specification_has_it() -> None:
    sent = of_an_alert(
        occurred_at="2025-01-12T12:04:30+00:00",
        source="monitoring-service",
        channels=["email", "sms"],
        notified_channels=["email"],
    )

    receipt = StreamChannel().send(sent, Deadline(8))

    (record,) = received(str(sent.alert_id).encode())
    assert json.loads(record.value or b"") == {
        "id": str(sent.alert_id),
        "title": "service_down",
        "severity": "critical",
        "state": "firing",
        "service": "payment-service",
        "value": 0.0,
        "threshold": 0.0,
        "timestamp": "2025-01-12T12:04:30+00:00",
        "source": "monitoring-service",
        "dedup_key": sent.dedup_key,
        "channels": ["email", "sms"],
        "notified_channels": ["email"],
    }
    assert dict(record.headers) == {
        "severity": b"critical",
        "message-id": sent.dedup_key.encode(),
    }
    assert receipt.reference == sent.dedup_key
    assert receipt.reply == "alerts-stream: confirmed by all replicas"


def test_an_alert_without_numbers_has_nulls() -> None:
    document = document_of(replace(of_an_alert(value=None, threshold=None), payload={}))

    assert (document["value"], document["threshold"]) == (None, None)
    assert document["timestamp"] == "2025-01-12T12:05:00+00:00"


def test_the_records_of_one_alert_keep_their_order() -> None:
    first = of_an_alert()
    over = replace(
        first, dedup_key="2", kind="resolved", payload={**first.payload, "state": "resolved"}
    )

    for each in (first, over):
        StreamChannel().send(each, Deadline(8))

    key = str(first.alert_id).encode()
    states = [json.loads(record.value or b"")["state"] for record in received(key, 2)]
    assert states == ["firing", "resolved"]


def test_brokers_that_are_away_took_nothing(settings: Settings) -> None:
    settings.KAFKA_BROKERS = ["127.0.0.1:1"]
    started = time.monotonic()

    with pytest.raises(DeliveryError) as caught:
        StreamChannel().send(of_an_alert(), Deadline(8))

    assert time.monotonic() - started < 8
    assert (caught.value.permanent, caught.value.in_doubt) == (False, False)


def test_a_broker_that_hangs_is_left_in_time(settings: Settings) -> None:
    with RawPeer(silent) as peer:
        settings.KAFKA_BROKERS = [f"127.0.0.1:{peer.port}"]
        started = time.monotonic()

        with pytest.raises(DeliveryError) as caught:
            StreamChannel().send(of_an_alert(), Deadline(8))

        assert time.monotonic() - started < 8
    assert not caught.value.permanent


def test_a_deadline_that_has_passed_sends_nothing() -> None:
    with pytest.raises(TimeoutError):
        StreamChannel().send(of_an_alert(), Deadline(0))


class Forgetful:
    """Brokers that confirm nothing."""

    def __init__(self) -> None:
        self.connections = self.closed = 0

    def ensure_topics(self, topics: list[str]) -> None:
        assert topics == ["t"]

    def producer(self) -> "Forgetful":
        self.connections += 1
        return self

    def deliver(self, messages: list[Record]) -> list[Record]:
        return messages

    def close(self) -> None:
        self.closed += 1


def test_a_record_that_nobody_confirmed_is_in_doubt_and_the_next_connects_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forgetful = Forgetful()
    connection = StreamConnection("t")
    monkeypatch.setattr("alerts.channels.stream_connection.kafka", lambda: forgetful)
    monkeypatch.setattr(stream, "_connection", connection)

    for _ in range(2):
        with pytest.raises(DeliveryError) as caught:
            StreamChannel().send(of_an_alert(), Deadline(8))

        assert (caught.value.permanent, caught.value.in_doubt) == (False, True)
    assert (forgetful.connections, forgetful.closed) == (2, 2)


def test_a_connection_is_kept_for_the_next_record() -> None:
    made = StreamConnection(ALERTS_STREAM)
    record = Record(ALERTS_STREAM, b"k", b"{}", ())

    assert made.deliver(record)
    kept = made._producer
    assert made.deliver(record)
    assert made._producer is kept
    made.close()
    assert made._producer is None


def test_a_child_process_makes_a_connection_of_its_own() -> None:
    made = StreamConnection(ALERTS_STREAM)
    made.deliver(Record(ALERTS_STREAM, b"k", b"{}", ()))
    made._lock.acquire()  # as a thread of the parent may at the moment of the fork

    child = os.fork()
    if child == 0:
        os._exit(0 if made._producer is None and made._lock.acquire(blocking=False) else 1)

    _, status = os.waitpid(child, 0)
    made._lock.release()
    made.close()
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.parametrize(
    ("brokers", "mode", "missing"),
    [
        (["127.0.0.1:9092"], "both", []),
        (["127.0.0.1:9092"], "stream", []),
        (["127.0.0.1:9092"], "direct", ["NOTIFY_MODE=both"]),
        ([], "both", ["KAFKA_BROKERS"]),
        ([], "direct", ["KAFKA_BROKERS", "NOTIFY_MODE=both"]),
    ],
)
def test_what_is_missing_is_named(
    settings: Settings, brokers: list[str], mode: str, missing: list[str]
) -> None:
    settings.KAFKA_BROKERS, settings.NOTIFY_MODE = brokers, mode

    assert StreamChannel().missing() == missing
    assert StreamChannel().recipients() == ["alerts-stream"]
