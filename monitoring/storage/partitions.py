"""Partitions in the database: which there are, and how one is made.

`CREATE TABLE ... PARTITION OF` locks the whole table, and while it waits for one reader every insert
waits behind it. So a partition is created on its own and then attached, which readers and writers do not
notice.
"""

import logging
from datetime import date, datetime

from django.db import connection, transaction
from psycopg import sql

from monitoring.storage import locks
from monitoring.storage.partitioned_tables import SEGMENT, TABLES, PartitionedTable, day_of

logger = logging.getLogger(__name__)

_ATTACHED = """
SELECT child.relname, link.inhdetachpending
FROM pg_inherits AS link JOIN pg_class AS child ON child.oid = link.inhrelid
WHERE link.inhparent = %s::regclass
ORDER BY child.relname
"""
_CREATE = sql.SQL(
    "CREATE TABLE IF NOT EXISTS {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
    " INCLUDING INDEXES INCLUDING STORAGE,"
    # It says what ATTACH wants to know, which therefore does not scan the table under its lock.
    " CONSTRAINT {check} CHECK ({column} >= {low} AND {column} < {high}))"
)
_ATTACH = sql.SQL("ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})")


def ensure(table: str, at: datetime) -> bool:
    """Create the partition of a table for the instant `at`; return whether it was missing.

    Call it outside of the transaction that will write: what it locks is held until the end of one.
    Raises KeyError for a table that is not partitioned, HeldElsewhereError if the table cannot be
    attached to just now.
    """
    return create(TABLES[table], day_of(at))


def ensure_day(at: datetime) -> bool:
    """Create the partition for samples received at that instant; return whether it was missing."""
    return create(SEGMENT, day_of(at))


def attached(table: PartitionedTable) -> dict[str, bool]:
    """Return the partitions in the order of time, each with whether its detachment was cut off."""
    with connection.cursor() as cursor:
        cursor.execute(_ATTACHED, [table.name])
        return dict(cursor.fetchall())


def create(table: PartitionedTable, day: date) -> bool:
    """Create and attach the partition that holds `day`; return whether it was missing.

    Two at once are safe: the second waits for the first and finds it there. Raises HeldElsewhereError if
    the table cannot be attached to just now.
    """
    if table.partition(day) in attached(table):
        return False
    return locks.patiently(lambda: _create(table, day))


def _create(table: PartitionedTable, day: date) -> bool:
    name = table.partition(day)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.CREATION])
        if name in attached(table):
            return False
        low, high = table.bounds(day)
        parts = {
            "table": sql.Identifier(table.name),
            "column": sql.Identifier(table.column),
            "name": sql.Identifier(name),
            "check": sql.Identifier(f"{name}_span"),
            "low": sql.Literal(low),
            "high": sql.Literal(high),
        }
        for statement in (_CREATE, _ATTACH):
            cursor.execute(statement.format(**parts))
    logger.info("partition created", extra={"partition": name})
    return True
