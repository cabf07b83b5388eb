"""Redis or Valkey as a server that is watched: does it answer, how busy is it, what waits in it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import redis

from monitoring.errors import ServiceUnavailableError

TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RedisFigures:
    """What the server says about itself: the load of the last moment, hits since its start."""

    operations_per_second: int
    keyspace_hits: int


class Redis(Protocol):
    """One database of the server, or its Off twin."""

    def ping(self) -> None:
        """Return if it answers, raise ServiceUnavailableError if not."""

    def figures(self) -> RedisFigures | None:
        """Return the server's figures, None if it is off."""

    def list_lengths(self, names: Iterable[str]) -> dict[str, int]:
        """Return the length of each list; one that does not exist has none."""

    def close(self) -> None:
        """Give the connections back."""


class RedisServer:
    """The real one. Every call answers or fails within a second."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
        )

    def ping(self) -> None:
        with _answers():
            self._client.ping()

    def figures(self) -> RedisFigures:
        with _answers():
            stats = self._client.info("stats")
        return RedisFigures(
            operations_per_second=int(stats["instantaneous_ops_per_sec"]),
            keyspace_hits=int(stats["keyspace_hits"]),
        )

    def list_lengths(self, names: Iterable[str]) -> dict[str, int]:
        listed = list(names)
        with _answers(), self._client.pipeline(transaction=False) as pipeline:
            for name in listed:
                pipeline.llen(name)
            lengths = pipeline.execute()
        return {name: int(length) for name, length in zip(listed, lengths, strict=True)}

    def close(self) -> None:
        self._client.close()


class RedisOff:
    """Switched off: it has nothing to say."""

    def ping(self) -> None:
        return

    def figures(self) -> None:
        return None

    def list_lengths(self, names: Iterable[str]) -> dict[str, int]:
        del names
        return {}

    def close(self) -> None:
        return


@contextmanager
def _answers() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise ServiceUnavailableError(f"Redis does not answer: {error}") from error
