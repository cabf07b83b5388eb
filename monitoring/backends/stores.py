"""How every store that the specification names is reached at this moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from django.db import DatabaseError, connection

from monitoring.backends.factory import optional_stores
from monitoring.errors import ServiceUnavailableError

Link = Literal["connected", "disconnected", "disabled"]

# Source: /health/dependencies and /status, service specification.
STORES = ("postgresql", "redis", "mongodb", "elasticsearch", "kafka", "influxdb")


@dataclass(frozen=True, slots=True)
class StoreState:
    """One store; `error` says why it is disconnected, without addresses or credentials."""

    name: str
    link: Link
    error: str = ""


def store_states() -> list[StoreState]:
    """Ask every configured store whether it answers, all at the same time; the others are disabled.

    Takes as long as the slowest time-out of one store, 2 s at the most.
    """
    pings = optional_stores()
    with ThreadPoolExecutor(max_workers=max(len(pings), 1)) as pool:
        answers = {name: pool.submit(_ask, name, ping) for name, ping in pings.items()}
        states = {"postgresql": _ask_postgresql()}
    states |= {name: answer.result() for name, answer in answers.items()}
    return [states.get(name, StoreState(name, "disabled")) for name in STORES]


def _ask(name: str, ping: Callable[[], None]) -> StoreState:
    try:
        ping()
    except ServiceUnavailableError:
        return StoreState(name, "disconnected", f"{name} does not answer")
    return StoreState(name, "connected")


def _ask_postgresql() -> StoreState:
    """Ask on this thread's own connection: it is the one that requests would use."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return StoreState("postgresql", "disconnected", "postgresql does not answer")
    return StoreState("postgresql", "connected")
