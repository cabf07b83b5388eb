"""The reader as a process: told to stop, killed while it works; and a broker that dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.embedded.kafka import KafkaBroker
from config.embedded.ports import choose_port
from monitoring.backends.kafka import KafkaBrokers
from monitoring.query.latest import latest_values
from monitoring.streams.metrics import store_metrics
from monitoring.streams.topics import METRICS_STREAM
from tests.monitoring.streams.broker import outsider, reading, unique
from tests.monitoring.waiting import until

ROOT = Path(__file__).resolve().parents[3]
MESSAGES = 4_000

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """Return a broker that the test may kill."""
    engine = KafkaBroker(tmp_path, port=choose_port(None))
    engine.start()
    yield engine
    engine.kill()


@pytest.fixture
def start(broker: KafkaBroker, tmp_path: Path) -> Iterator[Start]:
    """Return what starts `manage.py consume_streams` on the test's database and broker."""
    environ = os.environ | broker.variables()
    environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings.service",
        "DB_NAME": connection.settings_dict["NAME"],
        "KAFKA_METRICS_GROUP": unique("g"),
        "INSTRUMENT_FLUSH_INTERVAL": "0",
        "METRICS_TEE": "0",
    }
    running: list[subprocess.Popen[bytes]] = []

    def start_one() -> subprocess.Popen[bytes]:
        with (tmp_path / f"reader-{len(running)}").open("wb") as log:
            command = [sys.executable, "manage.py", "consume_streams"]
            process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
        running.append(process)
        return process

    yield start_one
    for process in running:
        process.kill()
        process.wait()


def brokers(broker: KafkaBroker) -> list[str]:
    return [broker.variables()["KAFKA_BROKERS"]]


def sold(venue: str, **fields: Any) -> bytes:
    document = {
        "metric_name": "tickets_sold_total",
        "service_name": "ticket-service",
        "value": 1,
        "type": "counter",
        "labels": {"venue_id": venue},
        "timestamp": timezone.now().isoformat(),
    }
    return orjson.dumps({**document, **fields})


def total(venue: str = "") -> float:
    return sum(
        one.value
        for one in latest_values(metrics=["tickets_sold_total"])
        if venue in ("", one.series.labels["venue_id"])
    )


def test_a_reader_that_is_killed_in_its_work_loses_nothing_and_doubles_nothing(
    broker: KafkaBroker, start: Start
) -> None:
    with outsider(brokers(broker)) as send:
        for part in range(8):
            send(METRICS_STREAM, *[sold("v1")] * (MESSAGES // 8), key=b"%d" % part)
        first = start()
        assert until(lambda: total("v1") > 0)
        first.send_signal(signal.SIGKILL)
        first.wait()
        killed_at = total("v1")

        start()
        assert until(lambda: total("v1") >= MESSAGES)
        send(METRICS_STREAM, sold("the end"))
        assert until(lambda: total("the end") == 1)

    assert killed_at < MESSAGES
    assert total("v1") == MESSAGES


def test_a_reader_that_is_told_to_stop_ends_in_good_order(
    broker: KafkaBroker, start: Start, tmp_path: Path
) -> None:
    with outsider(brokers(broker)) as send:
        send(METRICS_STREAM, sold("v1"))
    reader = start()
    assert until(lambda: total() == 1)

    reader.send_signal(signal.SIGTERM)

    assert reader.wait(timeout=20) == 0
    assert (tmp_path / "reader-0").read_text(encoding="utf-8").rstrip().endswith("stopped")


def test_a_broker_that_dies_and_forgets_everything_is_read_again_when_it_is_back(
    broker: KafkaBroker,
) -> None:
    topic = unique("metrics")
    kafka = KafkaBrokers(brokers(broker), client_id="test")
    with reading(kafka, {topic: store_metrics}, group=unique("g")):
        with outsider(brokers(broker)) as send:
            send(topic, sold("before"), sold("before"))
            assert until(lambda: total("before") == 2)

        broker.kill()
        broker.start()

        with outsider(brokers(broker)) as send:
            send(topic, sold("after"), sold("after"), sold("after"))
            assert until(lambda: total("after") == 3, seconds=60)

    assert total("before") == 2


def test_a_reader_without_a_broker_waits_for_one(
    broker: KafkaBroker, start: Start, tmp_path: Path
) -> None:
    broker.kill()
    reader = start()
    log = tmp_path / "reader-0"
    assert until(lambda: "stream away" in log.read_text(encoding="utf-8"))

    broker.start()
    with outsider(brokers(broker)) as send:
        send(METRICS_STREAM, sold("v1"))

    assert until(lambda: total() == 1)
    assert reader.poll() is None
    assert settings.SERVICE_NAME not in {one.series.service for one in latest_values()}
