"""How stores are asked: for real, and an error never tells an address or a password."""

import threading

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from monitoring.backends import factory
from monitoring.backends.postgresql.own_connection import use_own_connection
from monitoring.backends.stores import STORES, StoreState, store_pings, store_states
from monitoring.errors import ServiceUnavailableError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_factory() -> None:
    factory.forget()


def test_what_is_configured_is_asked_and_answers(settings: Settings) -> None:
    settings.KAFKA_BROKERS = []

    pings = store_pings()

    assert list(pings) == ["postgresql", "redis"]
    for ping in pings.values():
        ping()


def test_what_does_not_answer_is_said_without_its_address(settings: Settings) -> None:
    settings.KAFKA_BROKERS = []
    settings.REDIS_BROKER_URL = "redis://:s3cret@127.0.0.1:1/0"

    with pytest.raises(ServiceUnavailableError) as raised:
        store_pings()["redis"]()

    assert raised.value.message == "redis does not answer"
    factory.forget()


def test_a_database_that_is_away_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("connection to server at 10.1.2.3 failed")

    monkeypatch.setattr(connection, "cursor", refuse)

    with pytest.raises(ServiceUnavailableError) as raised:
        store_pings()["postgresql"]()

    assert raised.value.message == "postgresql does not answer"


def test_the_state_of_every_store_is_told(settings: Settings) -> None:
    settings.KAFKA_BROKERS = []
    settings.REDIS_BROKER_URL = "redis://:s3cret@127.0.0.1:1/0"

    states = {state.name: state for state in store_states()}

    assert tuple(states) == STORES
    assert states["postgresql"] == StoreState("postgresql", "connected")
    assert states["redis"] == StoreState("redis", "disconnected", "redis does not answer")
    assert {states[name].link for name in STORES[2:]} == {"disabled"}
    factory.forget()


def test_a_thread_may_have_a_connection_beside_the_pool() -> None:
    found: list[object] = []

    def ask() -> None:
        use_own_connection()
        store_pings()["postgresql"]()
        found.extend(
            (
                connection.settings_dict["OPTIONS"].get("pool"),
                connection.settings_dict["CONN_MAX_AGE"],
                connection.settings_dict["OPTIONS"]["tcp_user_timeout"],
            )
        )
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(20)

    assert found == [None, None, 10_000]
    assert "tcp_user_timeout" not in connection.settings_dict["OPTIONS"]
