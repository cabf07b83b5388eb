"""The loop's connection: made again while the broker is away, closed at the end."""

import threading
from datetime import UTC, datetime

import pytest

from monitoring.errors import StreamUnavailableError
from monitoring.streams.batch import Batch
from monitoring.streams.consumer import StreamReader
from monitoring.streams.pauses import Pauses
from tests.monitoring.streams.fakes import TOPIC, ZERO, Clock, FakeKafka, Handling, record

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_reader_connects_again_until_the_broker_answers_and_stops_when_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kafka, handling = FakeKafka([record(0)], failures=2), Handling()
    stopping = threading.Event()

    def stop_after(batch: Batch) -> None:
        stopping.set()

    handling.error = stop_after
    pauses = Pauses(Clock(), first_seconds=0.001)
    reader = StreamReader(kafka, {TOPIC: handling}, group="g", now=lambda: NOON, pauses=pauses)

    reader.run(stopping)

    assert kafka.created == [TOPIC, f"{TOPIC}.dlq"]
    assert kafka.reader.committed == {ZERO: 1}
    assert (kafka.reader.is_closed, kafka.writer.is_closed) == (True, True)
    assert caplog.text.count("stream away") == 2


def test_a_connection_that_breaks_is_closed_and_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    kafka, handling = FakeKafka([record(0)]), Handling()
    stopping = threading.Event()
    lags = iter([StreamUnavailableError("broken")])

    def lag() -> int:
        error = next(lags, None)
        if error is not None:
            raise error
        stopping.set()
        return 0

    monkeypatch.setattr(kafka.reader, "lag", lag)
    pauses = Pauses(Clock(), first_seconds=0.001)

    StreamReader(kafka, {TOPIC: handling}, group="g", now=lambda: NOON, pauses=pauses).run(stopping)

    assert kafka.reader.is_closed
    assert kafka.ids_asked == 2
