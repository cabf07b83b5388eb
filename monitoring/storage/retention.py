"""What is too old goes: whole partitions, and request keys that nobody will repeat.

`DROP TABLE` of a partition locks the whole table, and while it waits for one reader every insert waits
behind it. So a partition is first detached concurrently, which waits for the readers that may still look
into it and lets everybody else pass, and then dropped as the plain table it has become. A run that is cut
off anywhere leaves a state from which the next one goes on.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from monitoring.storage import locks, partitions
from monitoring.storage.partitioned_tables import PartitionedTable

logger = logging.getLogger(__name__)

REQUESTS_AT_ONCE = 5_000

_DETACHED = """
SELECT relname FROM pg_class
WHERE relname ~ %s AND relkind = 'r' AND NOT relispartition
AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = %s::regclass)
ORDER BY relname
"""
_DETACH = sql.SQL("ALTER TABLE {table} DETACH PARTITION {name} CONCURRENTLY")
_FINALIZE = sql.SQL("ALTER TABLE {table} DETACH PARTITION {name} FINALIZE")
_DROP = sql.SQL("DROP TABLE {name}")
_FORGET = """
DELETE FROM ingest_requests WHERE id IN (
    SELECT id FROM ingest_requests WHERE created_at < %s ORDER BY created_at LIMIT %s
)
"""

IsDoomed = Callable[[str], bool]


class Dropped(NamedTuple):
    """The partitions that went, and those that a reader held on to: the next run tries them again."""

    dropped: list[str]
    postponed: list[str]


def drop_before(table: PartitionedTable, first_kept: date) -> Dropped:
    """Drop the partitions of a table that end before the one that holds `first_kept`."""
    oldest_kept = table.partition(first_kept)
    return drop(table, lambda name: name < oldest_kept)


def drop(table: PartitionedTable, is_doomed: IsDoomed) -> Dropped:
    """Drop the partitions that `is_doomed` names, attached or left behind by a run that was cut off.

    It is asked again between the detachment and the end: what a writer brought in at the last moment is
    then still there, in a table of its own. Must not run within a transaction: DETACH CONCURRENTLY ends
    its own halfway, so that writers go on.
    """
    postponed = _detach_all(table, is_doomed)
    dropped: list[str] = []
    for name in detached(table):
        if is_doomed(name):
            (dropped if _patiently(_drop, name) else postponed).append(name)
    return Dropped(dropped, postponed)


def detached(table: PartitionedTable) -> list[str]:
    """Return the tables that were partitions of this one, or would be if their making was cut off."""
    with connection.cursor() as cursor:
        cursor.execute(_DETACHED, [table.pattern(), table.name])
        return [name for (name,) in cursor.fetchall()]


def forget_requests(before: datetime) -> int:
    """Delete the request keys of pushes before that instant; return how many.

    Some thousands at a time: each statement is its own transaction, and none of them is long.
    """
    forgotten = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_FORGET, [before, REQUESTS_AT_ONCE])
            deleted: int = cursor.rowcount
            forgotten += deleted
            if deleted < REQUESTS_AT_ONCE:
                return forgotten


def _detach_all(table: PartitionedTable, is_doomed: IsDoomed) -> list[str]:
    """Detach what is doomed; return those that a reader holds on to."""
    attached = partitions.attached(table)
    # A detachment that was cut off stands in the way of every other one, so it comes first.
    pending = [name for name, is_pending in attached.items() if is_pending]
    doomed = [name for name in attached if name not in pending and is_doomed(name)]
    for name in [*pending, *doomed]:
        if not _patiently(partial(_detach, table), name):
            return [name]
    return []


def _detach(table: PartitionedTable, name: str) -> None:
    """Detach one partition, or end its detachment if a try before this one began it."""
    is_pending = partitions.attached(table)[name]
    _execute(_FINALIZE if is_pending else _DETACH, name, table=sql.Identifier(table.name))


def _drop(name: str) -> None:
    _execute(_DROP, name)


def _execute(statement: sql.SQL, name: str, **parts: sql.Identifier) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(name=sql.Identifier(name), **parts))


def _patiently(step: Callable[[str], None], name: str) -> bool:
    """Do one step for one partition; False if somebody held on to it."""
    try:
        locks.patiently(partial(step, name))
    except locks.HeldElsewhereError:
        logger.warning("partition is in use, dropped later", extra={"partition": name})
        return False
    return True
