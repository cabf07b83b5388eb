"""The stores: PostgreSQL's connections, Redis's load, and who answers at all.

Source: "Application Metrics" and "Self-Monitoring", service specification.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from monitoring.backends.factory import broker_redis, optional_stores
from monitoring.collectors.samples import gauge, total
from monitoring.errors import ServiceUnavailableError
from monitoring.types import Sample

logger = logging.getLogger(__name__)

# Waiting = the query cannot go on before another session gives something up: a row, a table, a
# buffer. Sessions that wait for their client are idle, and a moment at a latch is ordinary work.
_SESSIONS = """
SELECT current_database(),
       count(*),
       count(*) FILTER (WHERE state = 'idle'),
       count(*) FILTER (WHERE state = 'active' AND wait_event_type IN ('Lock', 'BufferPin'))
  FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend'
"""


@dataclass(frozen=True, slots=True)
class Sessions:
    """How the connections to one PostgreSQL database stand."""

    database: str
    total: int
    idle: int
    waiting: int


def collect(at: datetime) -> list[Sample]:
    """Return the samples of all configured stores for the instant `at`.

    Raises OperationalError if PostgreSQL is away: there is nowhere to write that it is.
    """
    return [
        *_postgres(sessions(), at),
        *(_status(name, at, up=_answers(name, ping)) for name, ping in optional_stores().items()),
        *_redis(at),
    ]


def sessions() -> Sessions:
    """Count the client connections to our database, those of other services included."""
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS)
        return Sessions(*cursor.fetchone())


def _postgres(counted: Sessions, at: datetime) -> list[Sample]:
    labels = {"database": counted.database}
    return [
        gauge("postgres_pool_total", counted.total, at, labels),
        gauge("postgres_pool_idle", counted.idle, at, labels),
        gauge("postgres_pool_waiting", counted.waiting, at, labels),
        _status("postgresql", at, up=True),
    ]


def _redis(at: datetime) -> list[Sample]:
    """Return the load of the Redis server; nothing while it is off or away."""
    try:
        figures = broker_redis().figures()
    except ServiceUnavailableError:
        return []  # said already by database_connection_status
    if figures is None:
        return []
    labels = {"database": "redis"}
    return [
        gauge("redis_ops_per_second", figures.operations_per_second, at, labels),
        total("redis_keyspace_hits", figures.keyspace_hits, at, labels),
    ]


def _answers(name: str, ping: Callable[[], None]) -> bool:
    try:
        ping()
    except ServiceUnavailableError as error:
        logger.warning("store does not answer", extra={"store": name, "error": error.message})
        return False
    return True


def _status(database: str, at: datetime, *, up: bool) -> Sample:
    return gauge("database_connection_status", up, at, {"database": database})
