"""NOTIFY_MODE=both: each transition is on alerts-stream too, with what keeps a reader from telling people twice."""

import json
from typing import Any

import pytest
from django.conf import settings as configured

from config.demo.mailbox import Mailbox
from monitoring.backends.kafka import KafkaBrokers
from monitoring.backends.kafka_messages import Record
from monitoring.streams.topics import ALERTS_STREAM
from tests.monitoring.streams.broker import unique
from tests.pipeline.alerting import BREACH, FINE, add_rule, evaluate, firing
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline


def test_transitions_are_on_the_stream_and_in_the_mailbox(
    start_service: StartService, mailbox: Mailbox
) -> None:
    brokers = ",".join(configured.KAFKA_BROKERS)
    service = start_service(NOTIFY_MODE="both", KAFKA_BROKERS=brokers)
    add_rule(service)

    evaluate(service, BREACH, "a")
    alert = firing(service, 1)["a"]
    service.wait_until(lambda: len(mailbox.messages) == 1, "the mail that it fires")
    evaluate(service, FINE, "a")
    service.wait_until(lambda: len(mailbox.messages) == 2, "the mail that it is over")
    records = received(service, alert["id"].encode(), 2)

    read = [json.loads(record.value or b"") for record in records]
    assert [document["state"] for document in read] == ["firing", "resolved"]
    assert [document["dedup_key"] for document in read] == dedup_keys(service)
    headers = [dict(record.headers)["message-id"].decode() for record in records]
    assert headers == dedup_keys(service)
    assert {document["id"] for document in read} == {alert["id"]}
    assert [document["notified_channels"] for document in read] == [["email"], ["email"]]


def received(service: Service, key: bytes, number: int) -> list[Record]:
    """Read the records of one alert, of whatever else is in the topic."""
    found: list[Record] = []
    consumer = KafkaBrokers(configured.KAFKA_BROKERS, client_id="test").consumer(
        [ALERTS_STREAM], group=unique("pipeline")
    )

    def arrived() -> bool:
        for records in consumer.poll(0.2).values():
            found.extend(record for record in records if record.key == key)
        return len(found) >= number

    service.wait_until(arrived, f"{number} records of the alert")
    consumer.close()
    return found


def dedup_keys(service: Service) -> list[str]:
    """Return the keys of the messages that the ledger has for the stream, oldest first."""
    rows: list[dict[str, Any]] = service.api(
        "GET", "/notifications?channel=stream&status=sent", role="operator"
    )
    ids = sorted(row["id"] for row in rows)
    return [
        service.api("GET", f"/notifications/{each}", role="operator")["dedup_key"] for each in ids
    ]
