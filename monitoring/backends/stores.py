"""How every store that the specification names is asked whether it answers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal

from django.db import DatabaseError, connection

from monitoring.backends.factory import optional_stores
from monitoring.errors import ServiceUnavailableError

Link = Literal["connected", "disconnected", "disabled"]

# Source: /health/dependencies and /status, service specification.
STORES = ("postgresql", "redis", "mongodb", "elasticsearch", "kafka", "influxdb")
REQUIRED = "postgresql"


@dataclass(frozen=True, slots=True)
class StoreState:
    """One store; `error` says why it is disconnected, without addresses or credentials."""

    name: str
    link: Link
    error: str = ""


def store_pings() -> dict[str, Callable[[], None]]:
    """Return how to ask each configured store whether it answers, by the store's name, PostgreSQL first.

    Asking raises ServiceUnavailableError, whose message holds neither addresses nor credentials. Optional stores
    answer or fail within a second or so; PostgreSQL, asked on the connection of the calling thread, may hang.
    """
    pings: dict[str, Callable[[], None]] = {REQUIRED: _ask_postgresql}
    for name, ping in optional_stores().items():
        pings[name] = partial(_ask_store, name, ping)
    return pings


def store_states() -> list[StoreState]:
    """Ask every configured store whether it answers, all at the same time; the others are disabled.

    For work beside the requests: it takes as long as the slowest of them.
    """
    pings = store_pings()
    ask_postgresql = pings.pop(REQUIRED)  # on this thread's own connection
    with ThreadPoolExecutor(max_workers=max(len(pings), 1)) as pool:
        answers = {name: pool.submit(_state_of, name, ping) for name, ping in pings.items()}
        states = {REQUIRED: _state_of(REQUIRED, ask_postgresql)}
    states |= {name: answer.result() for name, answer in answers.items()}
    return [states.get(name, StoreState(name, "disabled")) for name in STORES]


def _state_of(name: str, ping: Callable[[], None]) -> StoreState:
    try:
        ping()
    except ServiceUnavailableError as error:
        return StoreState(name, "disconnected", error.message)
    return StoreState(name, "connected")


def _ask_store(name: str, ping: Callable[[], None]) -> None:
    try:
        ping()
    except ServiceUnavailableError as error:
        raise ServiceUnavailableError(f"{name} does not answer") from error


def _ask_postgresql() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        connection.close()
        raise ServiceUnavailableError(f"{REQUIRED} does not answer") from error
