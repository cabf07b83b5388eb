"""From the door to a real broker: what is stored is passed on, and a broker that is away harms nobody."""

import time
from collections.abc import Iterator

import orjson
import pytest
from django.conf import settings as configured
from django.utils import timezone
from pytest_django import Settings

from monitoring.backends.kafka_messages import Message
from monitoring.exposition.accumulator import Accumulator
from monitoring.ingest import door
from monitoring.ingest.door import ingest
from monitoring.query.latest import latest_values
from monitoring.streams import encoding, tee
from monitoring.types import Origin, Sample
from tests.monitoring.streams.broker import read_all, unique
from tests.monitoring.waiting import until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("fresh_stores"),
]


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the topic that stands in for metrics-stream: that one belongs to the whole run."""
    name = unique("metrics")

    def metric_message(sample: Sample, *, source: str) -> Message:
        message = encoding.metric_message(sample, source=source)
        return Message(name, message.key, message.value, message.headers)

    monkeypatch.setattr(tee, "metric_message", metric_message)
    return name


@pytest.fixture
def installed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the tee with a publisher of its own, and take it off again."""
    settings.METRICS_TEE = True
    monkeypatch.setattr(tee, "_publisher", None)
    before = list(door.after_commit)
    tee.install()
    yield
    door.after_commit[:] = before
    tee.stop()


def cpu(service: str, value: float = 45.2) -> Sample:
    return Sample(
        "system_cpu_usage_percent", service, value, timezone.now(), labels={"hostname": "h"}
    )


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("origin", [Origin.PUSH, Origin.COLLECTOR])
def test_a_stored_sample_is_published_with_its_source(topic: str, origin: Origin) -> None:
    ingest([cpu("payment-service")], origin=origin, at=timezone.now())

    (message,) = read_all(configured.KAFKA_BROKERS, topic, 1)

    document = orjson.loads(message.value)
    assert (document["service_name"], document["value"]) == ("payment-service", 45.2)
    assert document["source"] == configured.SERVICE_NAME
    assert dict(message.headers)["message-id"]


@pytest.mark.usefixtures("installed")
def test_what_came_from_the_stream_does_not_go_back(topic: str) -> None:
    ingest([cpu("from-stream")], origin=Origin.STREAM, at=timezone.now())
    ingest([cpu("pushed")], origin=Origin.PUSH, at=timezone.now())

    messages = read_all(configured.KAFKA_BROKERS, topic, 2, seconds=3)

    assert [orjson.loads(one.value)["service_name"] for one in messages] == ["pushed"]


def test_while_the_broker_is_away_samples_are_stored_without_waiting(
    settings: Settings, gathered: Accumulator, request: pytest.FixtureRequest
) -> None:
    settings.KAFKA_BROKERS = ["127.0.0.1:1"]
    request.getfixturevalue("installed")

    began = time.monotonic()
    for number in range(5):
        ingest([cpu(f"s{number}")], origin=Origin.PUSH, at=timezone.now())
    took = time.monotonic() - began

    assert len(latest_values(metrics=["system_cpu_usage_percent"])) == 5
    assert took < 1.0  # one attempt to connect takes 1.5 s
    assert until(lambda: tee.publisher().waiting() == 5)


@pytest.mark.parametrize(("brokers", "is_wanted"), [([], True), (["127.0.0.1:1"], False)])
def test_without_a_broker_or_switched_off_nothing_listens(
    brokers: list[str], is_wanted: object, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "after_commit", [])
    monkeypatch.setattr(tee, "after_commit", door.after_commit)
    settings.KAFKA_BROKERS = brokers
    settings.METRICS_TEE = is_wanted

    tee.install()

    assert door.after_commit == []


@pytest.mark.usefixtures("installed")
def test_installing_twice_publishes_once() -> None:
    tee.install()

    assert door.after_commit.count(tee.pass_on) == 1


@pytest.mark.usefixtures("installed")
def test_a_forked_child_leaves_the_queue_to_its_parent() -> None:
    assert tee.publisher() is tee.publisher()

    tee._begin_anew()

    assert tee._publisher is None
    tee.stop()
