"""Another session of the test database, to hold what the code under test has to wait for."""

from typing import Any

import psycopg
from django.db import connection


def second_connection() -> psycopg.Connection[Any]:
    """Return a connection in autocommit mode, to be used as a context manager that closes it."""
    settings = connection.settings_dict
    return psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        autocommit=True,
    )
