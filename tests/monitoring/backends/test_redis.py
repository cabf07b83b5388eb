"""Valkey as a watched server, and its Off twin."""

import pytest
import redis
from django.conf import settings

from monitoring.backends.redis import Redis, RedisFigures, RedisOff, RedisServer
from monitoring.errors import ServiceUnavailableError


@pytest.fixture
def server() -> RedisServer:
    return RedisServer(settings.REDIS_BROKER_URL)


def test_a_server_that_runs_answers(server: RedisServer) -> None:
    server.ping()
    server.close()
    server.ping()  # closed connections are made again


def test_hits_are_counted_since_the_servers_start(server: RedisServer) -> None:
    with redis.Redis.from_url(settings.REDIS_BROKER_URL) as client:
        client.set("backend-test", b"1")
        before = server.figures()
        client.get("backend-test")
        client.get("backend-test")
        client.delete("backend-test")

    after = server.figures()

    assert isinstance(after, RedisFigures)
    assert after.keyspace_hits - before.keyspace_hits >= 2
    assert after.operations_per_second >= 0


def test_the_length_of_each_list_is_returned_under_its_name(server: RedisServer) -> None:
    with redis.Redis.from_url(settings.REDIS_BROKER_URL) as client:
        client.delete("length-test")
        client.rpush("length-test", b"a", b"b")
        lengths = server.list_lengths(["absent-test", "length-test"])
        client.delete("length-test")

    assert lengths == {"absent-test": 0, "length-test": 2}


def test_a_key_that_is_no_list_is_an_answer_that_cannot_be_used(server: RedisServer) -> None:
    with redis.Redis.from_url(settings.REDIS_BROKER_URL) as client:
        client.set("no-list-test", b"1")
        with pytest.raises(ServiceUnavailableError):
            server.list_lengths(["no-list-test"])
        client.delete("no-list-test")


def test_a_server_that_is_away_is_a_service_unavailable() -> None:
    away = RedisServer("redis://127.0.0.1:1/0")

    for ask in (away.ping, away.figures, lambda: away.list_lengths(["a"])):
        with pytest.raises(ServiceUnavailableError, match="does not answer"):
            ask()


def test_the_off_twin_has_nothing_to_say() -> None:
    off: Redis = RedisOff()

    off.ping()
    off.close()
    assert off.figures() is None
    assert off.list_lengths(["a"]) == {}
