"""Hands out the real store or its Off twin: callers never ask whether one is switched on."""

from collections.abc import Callable
from functools import cache

from django.conf import settings

from monitoring.backends.kafka_messages import Kafka
from monitoring.backends.kafka_off import KafkaOff
from monitoring.backends.redis import Redis, RedisOff, RedisServer


@cache
def broker_redis() -> Redis:
    """Return the Redis database that carries Celery's queues."""
    return RedisServer(settings.REDIS_BROKER_URL) if settings.REDIS_HOST else RedisOff()


@cache
def kafka() -> Kafka:
    """Return the Kafka cluster."""
    if not settings.KAFKA_BROKERS:
        return KafkaOff()
    # Late, because the driver costs 17 MB and 0.2 s: beat, migrations and installations without
    # Kafka never need it.
    from monitoring.backends.kafka import KafkaBrokers  # noqa: PLC0415

    return KafkaBrokers(settings.KAFKA_BROKERS, client_id=settings.KAFKA_CLIENT_ID)


def optional_stores() -> dict[str, Callable[[], None]]:
    """Return how to ask each configured store whether it answers, by the store's name.

    PostgreSQL is not among them: nothing works without it. Asking raises ServiceUnavailableError.
    """
    pings: dict[str, Callable[[], None]] = {}
    if settings.REDIS_HOST:
        pings["redis"] = broker_redis().ping
    if settings.KAFKA_BROKERS:
        pings["kafka"] = kafka().ping
    return pings


def forget() -> None:
    """Close what was handed out; the next call looks at the settings again."""
    for make in (broker_redis, kafka):
        if make.cache_info().currsize:
            make().close()
        make.cache_clear()
