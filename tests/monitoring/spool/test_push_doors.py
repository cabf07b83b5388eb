"""Every door for pushes while PostgreSQL is away, from its request to what is stored later."""

import json
from typing import Any

import pytest
from django.test import Client

from monitoring.ingest import tally
from monitoring.ingest.series_cache import CACHE
from monitoring.push_api.senders import KnownTypes
from monitoring.spool import drainer
from monitoring.spool.files import SpoolFiles
from monitoring.spool.replay import replay
from monitoring.types import MetricType
from tests.monitoring.clients import client_of, push
from tests.monitoring.factories import MetricFactory
from tests.monitoring.push_api.doors import OTLP, influx, now_ms, only
from tests.monitoring.spool.conftest import Away
from tests.monitoring.spool.counted import Counted
from tests.monitoring.spool.kept import records

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_empties_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the process's first request from starting the thread that would."""
    monkeypatch.setattr(drainer, "start", lambda: None)


@pytest.fixture
def client() -> Client:
    return client_of("monitoring")


def begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what this process knows, as one does that starts while the database is away."""
    monkeypatch.setattr(KnownTypes, "_last", {})
    CACHE.clear()


def hits(value: int, at_ms: int) -> str:
    return f"hits value={value}i {at_ms}"


def jobs(value: int, at_ms: int) -> bytes:
    """Return an OTLP request with one increment."""
    point = {"asDouble": value, "timeUnixNano": str(at_ms * 1_000_000)}
    data = {"dataPoints": [point], "aggregationTemporality": 1, "isMonotonic": True}
    metrics = [{"name": "jobs", "sum": data}]
    return json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}).encode()


def otlp(client: Client, body: bytes) -> Any:
    return client.post(OTLP, body, content_type="application/json")


@pytest.mark.usefixtures("spool")
def test_the_answer_in_json_says_where_the_samples_are(client: Client, away: Away) -> None:
    with away():
        one = push(client, {"metric_name": "queue", "service_name": "shop", "value": 3})
        many = push(
            client, [{"metric_name": "queue", "service_name": "shop", "value": n} for n in (1, 2)]
        )

    assert (one.status_code, one.json()) == (200, {"success": True, "durable": "spool"})
    assert many.json() == {"success": True, "stored": 2, "rejected": [], "durable": "spool"}


def test_without_a_spool_the_client_is_told_to_come_back(client: Client, away: Away) -> None:
    with away():
        answer = push(client, {"metric_name": "queue", "service_name": "shop", "value": 3})

    assert (answer.status_code, answer.json()["code"]) == (503, "DATABASE_ERROR")
    assert int(answer["Retry-After"]) > 0


def test_a_full_spool_tells_the_client_to_come_back(
    client: Client, spool: SpoolFiles, away: Away
) -> None:
    spool.directory.mkdir()
    (spool.directory / "1.damaged").touch()
    with (spool.directory / "1.damaged").open("r+b") as file:
        file.truncate(spool.max_bytes)

    with away():
        answer = push(client, {"metric_name": "queue", "service_name": "shop", "value": 3})

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_repeat_with_a_key_is_stored_once(client: Client, spool: SpoolFiles, away: Away) -> None:
    body = {"metric_name": "jobs", "service_name": "shop", "type": "counter", "value": 1}
    with away():
        for _ in range(2):
            assert push(client, body, **{"Idempotency-Key": "key-1"}).status_code == 200

    assert replay(spool).known == 1
    assert push(client, body, **{"Idempotency-Key": "key-1"})["Idempotent-Replayed"] == "true"
    assert [value for _, value in only("jobs").points] == [1]


def test_increments_of_opentelemetry_are_counted_once(
    client: Client, spool: SpoolFiles, away: Away
) -> None:
    body = jobs(5, now_ms())
    with away():
        answers = [otlp(client, body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert replay(spool).known == 1
    assert [value for _, value in only("jobs").points] == [5]


def test_a_known_metric_keeps_its_type_while_the_database_is_away(
    client: Client, spool: SpoolFiles, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_anew(monkeypatch)
    MetricFactory.create(name="hits", type=MetricType.COUNTER)
    at = now_ms()
    assert influx(client, hits(1, at)).status_code == 204
    CACHE.clear()

    with away():
        assert influx(client, hits(2, at + 1)).status_code == 204

    assert [record.series[0].type for record in records(spool)] == [MetricType.COUNTER]


def test_a_process_that_knows_nothing_guesses_and_nothing_is_lost(
    client: Client,
    spool: SpoolFiles,
    away: Away,
    counted: Counted,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    MetricFactory.create(name="hits", type=MetricType.COUNTER)
    at = now_ms()
    begin_anew(monkeypatch)

    with away():
        assert influx(client, hits(2, at)).status_code == 204
    assert [record.series[0].type for record in records(spool)] == [MetricType.GAUGE]
    replay(spool)

    assert (only("hits").type, only("hits").points) == (MetricType.COUNTER, [(at, 2)])
    assert counted[tally.SPOOL_REFUSED] == 0
