"""The platform's own database, as far as business figures need one: a second database in the real PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
from django.conf import settings
from psycopg import sql

SCHEMA = """
CREATE TABLE payments (venue_id text, type text, amount_cents bigint, status text, created_at timestamptz);
CREATE TABLE tickets (event_id text, sold_at timestamptz);
CREATE TABLE venues (venue_id text, status text);
"""


@contextmanager
def platform_database() -> Iterator[str]:
    """Make the database with empty tables and return its URL; it is dropped in the end."""
    name = f"platform_{os.getpid()}"
    with psycopg.connect(_url(settings.DATABASES["default"]["NAME"]), autocommit=True) as server:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with psycopg.connect(_url(name), autocommit=True) as database:
                database.execute(SCHEMA)
            yield _url(name)
        finally:
            server.execute(drop)


def _url(name: str) -> str:
    held = settings.DATABASES["default"]
    user, password = quote(held["USER"], safe=""), quote(held["PASSWORD"], safe="")
    return f"postgresql://{user}:{password}@{quote(held['HOST'], safe='')}:{held['PORT']}/{name}"
