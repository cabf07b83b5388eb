"""The factory hands out what the settings name, and keeps it."""

import pytest
from pytest_django import Settings

from monitoring.backends import factory
from monitoring.backends.kafka import KafkaBrokers
from monitoring.backends.kafka_off import KafkaOff
from monitoring.backends.redis import RedisOff, RedisServer

pytestmark = pytest.mark.usefixtures("fresh_stores")


def test_a_configured_store_is_the_real_one_and_always_the_same() -> None:
    assert isinstance(factory.broker_redis(), RedisServer)
    assert isinstance(factory.kafka(), KafkaBrokers)
    assert factory.broker_redis() is factory.broker_redis()
    assert factory.kafka() is factory.kafka()
    assert set(factory.optional_stores()) == {"redis", "kafka"}


def test_a_store_that_is_not_configured_is_its_off_twin(settings: Settings) -> None:
    settings.REDIS_HOST = ""
    settings.KAFKA_BROKERS = []

    assert isinstance(factory.broker_redis(), RedisOff)
    assert isinstance(factory.kafka(), KafkaOff)
    assert factory.optional_stores() == {}


def test_what_is_forgotten_is_made_anew() -> None:
    before = factory.broker_redis()

    factory.forget()

    assert factory.broker_redis() is not before
