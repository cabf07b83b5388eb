"""A database that is away for a while."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import connection

from monitoring.backends.postgresql import base


@contextmanager
def database_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the database away while this is entered; for tests that have no transaction of their own."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        free_port = taken.getsockname()[1]
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", str(free_port))
        yield
    connection.close()
    base._breaker.succeeded()  # or nobody would try to connect for a second
