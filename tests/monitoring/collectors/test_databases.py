"""The stores' samples, from real PostgreSQL, Valkey and the Kafka-compatible broker."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from monitoring.backends import factory
from monitoring.collectors import databases
from monitoring.collectors.databases import collect, sessions
from monitoring.types import MetricType, Sample, Temporality
from tests.monitoring.waiting import until

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOBODY = "redis://127.0.0.1:1/0"

pytestmark = pytest.mark.usefixtures("fresh_stores")


def value(samples: list[Sample], metric: str, **labels: str) -> float:
    (found,) = [one.value for one in samples if one.metric == metric and one.labels == labels]
    return found


def names(samples: list[Sample]) -> set[str]:
    return {one.metric for one in samples}


@pytest.fixture
def another_session() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    parameters = connection.get_connection_params()
    wanted = {key: parameters[key] for key in ("host", "port", "user", "password", "dbname")}
    with psycopg.connect(**wanted) as session:
        yield session


@pytest.mark.django_db(transaction=True)
def test_every_configured_store_that_answers_is_up() -> None:
    samples = collect(NOON)

    for store in ("postgresql", "redis", "kafka"):
        assert value(samples, "database_connection_status", database=store) == 1
    assert {one.at for one in samples} == {NOON}


@pytest.mark.django_db(transaction=True)
def test_connections_are_counted_and_an_idle_one_is_idle(
    another_session: psycopg.Connection[tuple[object, ...]],
) -> None:
    before = sessions()
    another_session.execute("SELECT 1")
    another_session.commit()

    after = sessions()

    assert after.database == connection.settings_dict["NAME"]
    assert after.total == before.total
    assert after.idle >= 1
    assert after.waiting == 0


@pytest.mark.django_db(transaction=True)
def test_a_session_that_waits_for_a_lock_is_waiting(
    another_session: psycopg.Connection[tuple[object, ...]],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(4711)")
    waiter = threading.Thread(
        target=another_session.execute, args=("SELECT pg_advisory_xact_lock(4711)",)
    )
    waiter.start()

    assert until(lambda: sessions().waiting == 1)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(4711)")
    waiter.join()
    assert sessions().waiting == 0


@pytest.mark.django_db(transaction=True)
def test_redis_load_is_a_gauge_and_its_hits_are_a_total() -> None:
    samples = {one.metric: one for one in collect(NOON)}

    hits = samples["redis_keyspace_hits"]
    assert (hits.type, hits.temporality) == (MetricType.COUNTER, Temporality.CUMULATIVE)
    assert samples["redis_ops_per_second"].type is MetricType.GAUGE
    assert hits.labels == samples["redis_ops_per_second"].labels == {"database": "redis"}


@pytest.mark.django_db(transaction=True)
def test_a_store_that_does_not_answer_is_down_and_says_nothing_else(settings: Settings) -> None:
    settings.REDIS_BROKER_URL = NOBODY
    settings.KAFKA_BROKERS = ["127.0.0.1:1"]

    samples = collect(NOON)

    assert value(samples, "database_connection_status", database="redis") == 0
    assert value(samples, "database_connection_status", database="kafka") == 0
    assert value(samples, "database_connection_status", database="postgresql") == 1
    assert not names(samples) & {"redis_ops_per_second", "redis_keyspace_hits"}


@pytest.mark.django_db(transaction=True)
def test_a_store_that_is_not_configured_is_not_written(settings: Settings) -> None:
    settings.REDIS_HOST = ""
    settings.KAFKA_BROKERS = []

    samples = collect(NOON)

    stores = [one.labels["database"] for one in samples if "status" in one.metric]
    assert stores == ["postgresql"]
    assert "redis_ops_per_second" not in names(samples)
    assert set(factory.optional_stores()) == set()


def test_postgresql_away_is_raised_because_there_is_nowhere_to_write_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(databases, "sessions", away)

    with pytest.raises(OperationalError):
        collect(NOON)
