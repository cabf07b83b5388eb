"""The cache on a real Valkey: counted, ours alone, and no trouble when it is away."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, cast

import pytest
import redis
from django.conf import settings as configured
from django.core.cache import caches
from pytest_django import Settings

from monitoring.backends.cache import CacheUsage, CountedCache
from monitoring.breaker import Breaker
from monitoring.cache import cache_usage, flush_cache
from monitoring.errors import ServiceUnavailableError

PREFIX = "test-cache[1]*"  # characters that a pattern gives a meaning to


@pytest.fixture
def valkey() -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(configured.REDIS_CACHE_URL)
    yield client
    for key in [*client.scan_iter("test-cache*"), *client.scan_iter("other-service:*")]:
        client.delete(key)
    client.close()


@pytest.fixture
def cache(settings: Settings, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> CountedCache:
    del valkey
    monkeypatch.setattr(CountedCache, "_breaker", Breaker(pause_seconds=3))
    changed: dict[str, Any] = deepcopy(settings.CACHES)
    changed["default"]["KEY_PREFIX"] = PREFIX
    settings.CACHES = changed
    return cast("CountedCache", caches["default"])


@pytest.fixture
def away(settings: Settings, cache: CountedCache) -> CountedCache:
    del cache
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return at_port(settings, probe.getsockname()[1])


def at_port(settings: Settings, port: int) -> CountedCache:
    changed: dict[str, Any] = deepcopy(settings.CACHES)
    changed["default"]["LOCATION"] = f"redis://127.0.0.1:{port}/1"
    settings.CACHES = changed
    return cast("CountedCache", caches["default"])


@pytest.mark.parametrize("value", [0, -7, 1.5, True, None, "text", "12", [1, "a"], {"a": [None]}])
def test_what_is_stored_comes_back_the_same(cache: CountedCache, value: object) -> None:
    cache.set("key", value)

    found = cache.get("key", "absent")
    assert (found, type(found)) == (value, type(value))


def test_what_would_come_back_as_something_else_is_refused(cache: CountedCache) -> None:
    with pytest.raises(TypeError):
        cache.set("key", datetime(2025, 1, 12, tzinfo=UTC))


def test_no_pickle_is_ever_read(cache: CountedCache, valkey: redis.Redis) -> None:
    valkey.set(cache.make_key("key"), b"cos\nsystem\n(S'false'\ntR.")

    assert cache.get("key") is None


def test_lookups_are_counted(cache: CountedCache) -> None:
    cache.set_many({"a": 1, "b": 2})
    cache.get("a")
    cache.get("absent")
    cache.get_many(["a", "b", "c", "d"])

    usage = cache_usage()

    assert (usage.hits, usage.misses, usage.keys, usage.hit_rate_percent) == (3, 3, 2, 50.0)


@pytest.mark.parametrize(
    ("hits", "misses", "rate"), [(0, 0, 0.0), (1, 2, 33.3), (7, 0, 100.0), (0, 7, 0.0)]
)
def test_the_hit_rate_is_a_share_of_the_lookups(hits: int, misses: int, rate: float) -> None:
    assert CacheUsage(hits, misses, keys=0, size_bytes=0).hit_rate_percent == rate


def test_the_size_grows_with_what_is_stored(cache: CountedCache) -> None:
    assert cache_usage().size_bytes == 0
    cache.set("small", "x")
    small = cache_usage().size_bytes
    cache.set("large", "x" * 100_000)

    assert 0 < small < 1_000
    assert 100_000 < cache_usage().size_bytes < 300_000


def test_the_size_of_many_keys_is_estimated(cache: CountedCache) -> None:
    cache.set_many({f"key-{number:04}": "x" * 100 for number in range(1_500)})

    usage = cache_usage()

    assert usage.keys == 1_500
    assert 1_500 * 150 < usage.size_bytes < 1_500 * 400


def test_a_flush_removes_our_keys_and_nobody_elses(
    cache: CountedCache, valkey: redis.Redis
) -> None:
    others = ["other-service:1:a", "test-cache:1:a", "test-cache1:1:a", "test-cache[1]x:1:a"]
    for key in others:
        valkey.set(key, "theirs")
    cache.set_many({f"key-{number}": number for number in range(1_200)})
    cache.get("key-1")

    removed = flush_cache()

    assert removed == 1_200
    assert cache.get("key-1") is None
    assert valkey.exists(*others) == len(others)
    assert cache_usage().hits == 1  # a flush forgets the values, not how well the cache works


def test_clear_is_no_more_than_a_flush(cache: CountedCache, valkey: redis.Redis) -> None:
    valkey.set("other-service:1:a", "theirs")
    cache.set("mine", 1)

    cache.clear()

    assert cache.get("mine") is None
    assert valkey.get("other-service:1:a") == b"theirs"


def test_an_empty_cache_is_flushed_in_peace(cache: CountedCache) -> None:
    assert flush_cache() == 0


def test_a_cache_that_is_away_is_empty(away: CountedCache) -> None:
    away.set("key", 1)
    away.set_many({"key": 1})

    assert away.get("key", "default") == "default"
    assert away.get_many(["key"]) == {}
    assert away.add("key", 1)
    assert not away.delete("key")


@pytest.mark.usefixtures("away")
def test_a_cache_that_is_away_can_be_neither_measured_nor_flushed() -> None:
    with pytest.raises(ServiceUnavailableError, match="The cache does not answer"):
        cache_usage()
    with pytest.raises(ServiceUnavailableError, match="The cache does not answer"):
        flush_cache()


def test_a_hanging_cache_costs_one_timeout(settings: Settings, cache: CountedCache) -> None:
    del cache
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = at_port(settings, silent.getsockname()[1])
        started = time.perf_counter()
        found = [hanging.get("key") for _ in range(20)]
        took = time.perf_counter() - started

    assert set(found) == {None}
    assert 0.25 <= took < 1.0


def test_all_cache_objects_share_their_connections(
    cache: CountedCache, valkey: redis.Redis
) -> None:
    cache.set("key", 1)
    before = valkey.info("clients")["connected_clients"]

    for _ in range(20):
        CountedCache(configured.REDIS_CACHE_URL, configured.CACHES["default"]).get("key")

    assert valkey.info("clients")["connected_clients"] <= before + 1
