"""The state of every store: asked for real, and never told with an address or a password."""

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from monitoring.backends import factory
from monitoring.backends.stores import STORES, StoreState, store_states

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_factory() -> None:
    factory.forget()


def by_name() -> dict[str, StoreState]:
    return {state.name: state for state in store_states()}


def test_what_answers_is_connected_and_what_is_not_configured_is_disabled(
    settings: Settings,
) -> None:
    settings.KAFKA_BROKERS = []

    states = by_name()

    assert tuple(states) == STORES
    assert states["postgresql"] == StoreState("postgresql", "connected")
    assert states["redis"] == StoreState("redis", "connected")
    assert {states[name].link for name in STORES[2:]} == {"disabled"}


def test_what_does_not_answer_is_disconnected_without_its_address(settings: Settings) -> None:
    settings.KAFKA_BROKERS = []
    settings.REDIS_BROKER_URL = "redis://:s3cret@127.0.0.1:1/0"

    assert by_name()["redis"] == StoreState("redis", "disconnected", "redis does not answer")
    factory.forget()


def test_a_database_that_is_away_is_said_so(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.KAFKA_BROKERS = []

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("connection to server at 10.1.2.3 failed")

    monkeypatch.setattr(connection, "cursor", refuse)

    assert by_name()["postgresql"] == StoreState(
        "postgresql", "disconnected", "postgresql does not answer"
    )
