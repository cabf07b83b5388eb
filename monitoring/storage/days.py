"""The daily partitions of the table `segment`: their names, which there are, and how one is made.

`CREATE TABLE ... PARTITION OF` locks the whole table, and while it waits for one reader every insert
waits behind it. So a day is created on its own and then attached, which readers and writers do not
notice.
"""

import logging
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction
from psycopg import sql

from monitoring.storage import locks

logger = logging.getLogger(__name__)

_PREFIX = "segment_"
_ATTACHED = """
SELECT child.relname, link.inhdetachpending
FROM pg_inherits AS link JOIN pg_class AS child ON child.oid = link.inhrelid
WHERE link.inhparent = 'segment'::regclass
ORDER BY child.relname
"""
_CREATE = sql.SQL(
    "CREATE TABLE IF NOT EXISTS {name} (LIKE segment INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
    " INCLUDING INDEXES INCLUDING STORAGE,"
    # It says what ATTACH wants to know, which therefore does not scan the table under its lock.
    " CONSTRAINT {check} CHECK (received_at >= {low} AND received_at < {high}))"
)
_ATTACH = sql.SQL("ALTER TABLE segment ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})")


def day_of(at: datetime) -> date:
    """Return the UTC day that an instant falls on."""
    return at.astimezone(UTC).date()


def name_of(day: date) -> str:
    """Return the name of a day's partition; the names sort as the days do."""
    return f"{_PREFIX}{day:%Y%m%d}"


def attached() -> dict[str, bool]:
    """Return the partitions in the order of their days, each with whether its detachment was cut off."""
    with connection.cursor() as cursor:
        cursor.execute(_ATTACHED)
        return dict(cursor.fetchall())


def create(day: date) -> bool:
    """Create and attach a day's partition; return whether it was missing.

    Two at once are safe: the second waits for the first and finds it there. Raises HeldElsewhereError if
    the table cannot be attached to just now.
    """
    if name_of(day) in attached():
        return False
    return locks.patiently(lambda: _create(day))


def _create(day: date) -> bool:
    name = name_of(day)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.CREATION])
        if name in attached():
            return False
        parts = {
            "name": sql.Identifier(name),
            "check": sql.Identifier(f"{name}_day"),
            "low": sql.Literal(f"{day} 00:00:00+00"),
            "high": sql.Literal(f"{day + timedelta(days=1)} 00:00:00+00"),
        }
        for statement in (_CREATE, _ATTACH):
            cursor.execute(statement.format(**parts))
    logger.info("partition created", extra={"partition": name})
    return True
