"""Leases of their own for tests of the scheduler, and a way to break one's connection."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from config.scheduler import Lease

LEASE_OF_THIS_TEST = 4_711_000


@pytest.fixture
def leases() -> Iterator[Callable[[], Lease]]:
    made: list[Lease] = []

    def make() -> Lease:
        made.append(Lease(LEASE_OF_THIS_TEST))
        return made[-1]

    yield make
    for lease in made:
        lease.release()


def break_connection(lease: Lease) -> None:
    """End the lease's connection from the server's side."""
    assert lease._connection is not None
    with lease._connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
