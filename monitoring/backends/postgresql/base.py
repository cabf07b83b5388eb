"""Django's PostgreSQL backend that does not let every request wait for a server that is away."""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.utils import OperationalError

from monitoring.breaker import Breaker

_breaker = Breaker(pause_seconds=1)


class DatabaseWrapper(base.DatabaseWrapper):
    """After a connection failed, others fail at once for a second; then one tries again.

    A connection to a host that swallows packets takes `connect_timeout` to fail. Without this, each of a burst of
    requests would hold its thread for so long, and none would be left for the paths that need no database.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect. Raises OperationalError, at once if the last attempt has just failed."""
        if not _breaker.may_try():
            raise OperationalError("the database did not answer a moment ago; not tried again yet")
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            _breaker.failed()
            raise
        _breaker.succeeded()
        return connection

    @property
    def pool(self) -> Any:
        """Return the pool of connections, None without one; it looks at each before it hands it out."""
        pool = super().pool  # type: ignore[misc]  # the stubs do not know it
        if pool is not None:
            # Django knows two ways only: a round trip for every request, or no look at all.
            pool._check = check_unless_silent  # noqa: SLF001 - the pool takes it when it is made, and Django makes it
        return pool


def check_unless_silent(connection: psycopg.Connection[Any]) -> None:
    """Raise OperationalError if the server has closed the connection.

    A server that ends says goodbye, so while nothing waits to be read the connection stands, and asking would
    cost every request a round trip. One that hangs or vanished without a word is not noticed by asking, either.
    """
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    if poll.poll(0):
        connection.execute("")
