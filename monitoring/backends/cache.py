"""The cache: Valkey behind Django's cache API, with one connection pool a process and no pickles.

Django makes a cache object for each thread and lets each have a pool of its own; and whoever can write to a
cache of pickles can run code in every process that reads it.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

import orjson
import redis
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from monitoring.breaker import Breaker

logger = logging.getLogger(__name__)

CACHE_ERRORS: tuple[type[Exception], ...] = (redis.RedisError, OSError)
_BATCH = 500
_MEASURED_KEYS = 1_000
_GLOB = re.compile(r"([*?\[\]\\^-])")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """What our part of the cache holds, and how often a lookup found something. `size_bytes` is estimated."""

    hits: int
    misses: int
    keys: int
    size_bytes: int

    @property
    def hit_rate_percent(self) -> float:
        """Return the share of lookups that found something; 0 before the first."""
        lookups = self.hits + self.misses
        return round(100 * self.hits / lookups, 1) if lookups else 0.0


class JsonValues:
    """Values as JSON, whose numbers Valkey can count with; what JSON lacks (datetimes) is refused, not bent."""

    def dumps(self, obj: Any) -> bytes:
        """Return what is stored. Raises TypeError for a value that would come back as another type."""
        return orjson.dumps(
            obj, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
        )

    def loads(self, data: Any) -> Any:
        """Return the value; what another version wrote and nobody can read any more is absent."""
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            return None


class _Client(RedisCacheClient):
    """Commands over connections that all cache objects of the process share."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, serializer=JsonValues)
        self._pool = _shared_pool(servers[0], tuple(sorted(options.items())))

    def get_client(self, key: object = None, *, write: bool = False) -> redis.Redis:
        return redis.Redis(connection_pool=self._pool)


@lru_cache(maxsize=8)
def _shared_pool(url: str, options: tuple[tuple[str, Any], ...]) -> redis.ConnectionPool:
    return redis.ConnectionPool.from_url(url, **dict(options))


class SharedCache(RedisCache):
    """Raises CACHE_ERRORS when Valkey is away: for counts, where nothing is not the same as zero."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._cache = _Client([server], **params.get("OPTIONS", {}))

    def clear(self) -> None:
        """Remove what is under our prefix; Django's own `clear` would empty the whole database."""
        self.flush()

    def flush(self) -> int:
        """Remove every key under our prefix, freeing the memory in the background; return how many."""
        client = self._cache.get_client(write=True)
        return sum(client.unlink(*keys) for keys in self._batches(client))

    def _batches(self, client: redis.Redis) -> Iterator[list[bytes | str]]:
        pattern = _GLOB.sub(r"\\\1", self.key_prefix) + ":*"
        cursor = 0
        while True:
            cursor, keys = client.scan(cursor, match=pattern, count=_BATCH)
            if keys:
                yield keys
            if cursor == 0:
                return


class CountedCache(SharedCache):
    """A shortcut: while Valkey is away it is empty and forgets, and callers do the work themselves.

    Hits and misses are counted in Valkey, beside the prefix, so that all processes sum and a flush keeps them.
    """

    _breaker: ClassVar[Breaker] = Breaker(
        pause_seconds=3
    )  # a hanging Valkey costs one time-out, not each lookup

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        found: dict[str, Any] = self._attempt(lambda: self._counted([key], version), {})
        return found.get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        wanted = list(keys)
        return self._attempt(lambda: self._counted(wanted, version), {})

    def set(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._attempt(lambda: super(CountedCache, self).set(key, value, timeout, version), None)

    def set_many(
        self, data: Mapping[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[str]:
        return self._attempt(
            lambda: super(CountedCache, self).set_many(dict(data), timeout, version), list(data)
        )

    def add(
        self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return self._attempt(
            lambda: super(CountedCache, self).add(key, value, timeout, version), True
        )

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._attempt(lambda: super(CountedCache, self).delete(key, version), False)

    def usage(self) -> CacheUsage:
        """Return what our prefix holds. Raises CACHE_ERRORS."""
        client = self._cache.get_client()
        lookups = client.hgetall(self._lookups)
        count, measured, size = 0, 0, 0
        for keys in self._batches(client):
            sample = keys[: max(0, _MEASURED_KEYS - measured)]
            size += _size(client, sample)
            measured += len(sample)
            count += len(keys)
        return CacheUsage(
            hits=int(lookups.get(b"hits", 0)),
            misses=int(lookups.get(b"misses", 0)),
            keys=count,
            size_bytes=round(size * count / measured) if measured else 0,
        )

    @property
    def _lookups(self) -> str:
        return f"{self.key_prefix}-lookups"

    def _counted(self, keys: list[str], version: int | None) -> dict[str, Any]:
        found = super().get_many(keys, version)
        with self._cache.get_client(write=True).pipeline(transaction=False) as pipeline:
            pipeline.hincrby(self._lookups, "hits", len(found))
            pipeline.hincrby(self._lookups, "misses", len(keys) - len(found))
            pipeline.execute()
        return found

    def _attempt(self, command: Callable[[], _Result], otherwise: _Result) -> _Result:
        if not self._breaker.may_try():
            return otherwise
        try:
            result = command()
        except CACHE_ERRORS as error:
            self._breaker.failed()
            logger.warning("the cache does not answer", extra={"reason": type(error).__name__})
            return otherwise
        self._breaker.succeeded()
        return result


def _size(client: redis.Redis, keys: list[bytes | str]) -> int:
    with client.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.memory_usage(key)
        return sum(size or 0 for size in pipeline.execute())
