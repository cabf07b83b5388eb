"""Decoding, encoding, dead letters and pauses: without a broker, a database or a clock."""

import json
import math
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.backends.kafka_messages import Record
from monitoring.streams.batch import DeadLetter
from monitoring.streams.dead_letters import DETAIL_CHARACTERS, KEPT_BYTES, message_of
from monitoring.streams.decoding import LARGEST_MESSAGE_BYTES, UndecodableError, decode
from monitoring.streams.encoding import document_of, metric_message
from monitoring.streams.pauses import Pauses
from monitoring.streams.topics import TOPICS, dead_letter_topic
from monitoring.types import MetricType, Sample, Temporality
from tests.monitoring.streams.fakes import Clock, record

NOON = datetime(2026, 3, 2, 12, 0, 0, 250_000, tzinfo=UTC)
CPU = Sample("system_cpu_usage_percent", "payment-service", 45.2, NOON, labels={"hostname": "s1"})


def test_the_topics_are_those_of_the_specification() -> None:
    assert TOPICS == ("metrics-stream", "alerts-stream", "fraud-events")
    assert dead_letter_topic("metrics-stream") == "metrics-stream.dlq"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null_value"),
        (b"", "not_json"),
        (b"not json", "not_json"),
        (b'{"value": NaN}', "not_json"),
        (b'{"value": Infinity}', "not_json"),
        (b'{"a": "\x00"}', "not_json"),
        (b'{"a": "\\ud800"}', "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 100_000 + b"]" * 100_000, "not_json"),
        (b"[]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"a": "' + b"x" * LARGEST_MESSAGE_BYTES + b'"}', "too_large"),
    ],
)
def test_what_cannot_be_read_has_a_reason(value: bytes | None, reason: str) -> None:
    with pytest.raises(UndecodableError) as refused:
        decode(record(0, value))

    assert refused.value.reason == reason


def test_a_message_of_exactly_the_limit_is_read() -> None:
    value = b'{"a": "' + b"x" * (LARGEST_MESSAGE_BYTES - 9) + b'"}'

    assert len(value) == LARGEST_MESSAGE_BYTES
    assert list(decode(record(0, value))) == ["a"]


@given(value=st.binary(max_size=200))
def test_no_bytes_raise_anything_else(value: bytes) -> None:
    with suppress(UndecodableError):
        assert isinstance(decode(record(0, value)), dict)


def test_a_metric_message_has_the_fields_of_the_specification() -> None:
    message = metric_message(CPU, source="monitoring-service")

    assert message.topic == "metrics-stream"
    assert json.loads(message.value) == {
        "metric_name": "system_cpu_usage_percent",
        "service_name": "payment-service",
        "value": 45.2,
        "type": "gauge",
        "labels": {"hostname": "s1"},
        "timestamp": "2026-03-02T12:00:00.250000Z",
        "source": "monitoring-service",
    }


def test_messages_of_one_series_share_a_key_and_no_two_share_an_identity() -> None:
    first, second = (metric_message(CPU, source="s") for _ in range(2))
    other = metric_message(
        Sample(CPU.metric, CPU.service, 1.0, NOON, labels={"hostname": "s2"}), source="s"
    )

    assert first.key == second.key != other.key
    assert {name for name, _ in first.headers} == {"message-id"}
    assert first.headers != second.headers


@pytest.mark.parametrize(
    ("temporality", "marked"), [(Temporality.DELTA, False), (Temporality.CUMULATIVE, True)]
)
def test_only_a_total_so_far_says_that_it_is_one(temporality: Temporality, marked: object) -> None:
    sample = Sample("m_total", "s", 1.0, NOON, MetricType.COUNTER, temporality=temporality)

    assert ("temporality" in document_of(sample, source="s")) is marked


def test_a_dead_letter_keeps_the_bytes_and_says_what_is_wrong_and_where_it_was() -> None:
    message = message_of(
        DeadLetter(record(42, b"\xff", partition=3), "not_json", "bad"), topic_id="t"
    )

    headers = dict(message.headers)
    assert (message.topic, message.key, message.value) == ("orders.dlq", b"key", b"\xff")
    assert headers["reason"] == b"not_json"
    assert headers["detail"] == b"bad"
    assert (headers["topic"], headers["partition"], headers["offset"]) == (b"orders", b"3", b"42")
    assert headers["original-bytes"] == b"1"
    assert headers["original-message-id"] == b"m"
    assert headers["message-id"] == b"orders:t:3:42"


def test_a_dead_letter_without_value_or_key_is_told_from_an_empty_one() -> None:
    bare = Record("orders", 0, 1, None, None)

    message = message_of(DeadLetter(bare, "null_value"), topic_id="t")

    assert (message.value, message.key) == (b"", b"orders:t:0:1")
    assert dict(message.headers)["original-bytes"] == b"null"


def test_a_dead_letter_too_long_for_the_broker_is_cut_and_says_so() -> None:
    value = b"x" * (KEPT_BYTES + 1)

    message = message_of(DeadLetter(record(0, value), "too_large", "é" * 600), topic_id="t")

    assert len(message.value) == KEPT_BYTES
    assert dict(message.headers)["original-bytes"] == str(len(value)).encode()
    assert len(dict(message.headers)["detail"].decode()) == DETAIL_CHARACTERS


def test_a_detail_that_utf_8_cannot_say_does_not_stop_the_letter() -> None:
    message = message_of(DeadLetter(record(0), "invalid_sample", "\ud800"), topic_id="t")

    assert dict(message.headers)["detail"] == b"?"


def test_pauses_double_up_to_the_longest() -> None:
    pauses = Pauses(Clock(), first_seconds=1, longest_seconds=30)

    assert [pauses.begin(("t", 0)) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


@given(failures=st.integers(min_value=0, max_value=10**9))
def test_a_pause_is_never_longer_than_the_longest(failures: int) -> None:
    length = Pauses(Clock()).length(failures)

    assert math.isfinite(length)
    assert 1.0 <= length <= 30.0


def test_a_pause_is_over_once_when_its_time_has_come() -> None:
    clock = Clock()
    pauses = Pauses(clock, first_seconds=2)
    pauses.begin(("t", 0))

    clock.seconds += 1.75
    assert pauses.over() == []
    clock.seconds += 0.25
    assert pauses.over() == [("t", 0)]
    assert pauses.over() == []


def test_a_success_makes_the_next_pause_short_again_for_that_partition_alone() -> None:
    pauses = Pauses(Clock(), first_seconds=1)
    for partition in (("t", 0), ("t", 1)):
        pauses.begin(partition)
        pauses.begin(partition)

    pauses.end(("t", 0))

    assert pauses.begin(("t", 0)) == 1
    assert pauses.begin(("t", 1)) == 4
