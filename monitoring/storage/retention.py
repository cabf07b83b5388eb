"""What is too old goes: whole days of segments, and request keys that nobody will repeat.

`DROP TABLE` of a partition locks the whole table, and while it waits for one reader every insert waits
behind it. So a day is first detached concurrently, which waits for the readers of that day alone and
lets everybody else pass, and then dropped as the plain table it has become. A run that is cut off
anywhere leaves a state from which the next one goes on.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from django.db import connection
from psycopg import sql

from monitoring.models import IngestRequest
from monitoring.storage import days, locks

logger = logging.getLogger(__name__)

_DETACHED = r"""
SELECT relname FROM pg_class
WHERE relname ~ '^segment_\d{8}$' AND relkind = 'r' AND NOT relispartition
AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'segment'::regclass)
ORDER BY relname
"""
_DETACH = sql.SQL("ALTER TABLE segment DETACH PARTITION {} CONCURRENTLY")
_FINALIZE = sql.SQL("ALTER TABLE segment DETACH PARTITION {} FINALIZE")
_DROP = sql.SQL("DROP TABLE {}")


def drop_days_before(first_kept: date) -> tuple[list[str], list[str]]:
    """Drop the partitions of older days; return the names of those dropped and those postponed.

    Must not run within a transaction: DETACH CONCURRENTLY ends its own halfway, so that writers go on.
    """
    oldest_kept = days.name_of(first_kept)
    postponed = _detach_before(oldest_kept)
    dropped: list[str] = []
    for name in _detached_before(oldest_kept):
        (dropped if _patiently(name, _drop) else postponed).append(name)
    return dropped, postponed


def forget_requests(before: datetime) -> int:
    """Delete the request keys of pushes before that instant; return how many."""
    number, _ = IngestRequest.objects.filter(created_at__lt=before).delete()
    return number


def _detach_before(oldest_kept: str) -> list[str]:
    """Detach older partitions; return those that a reader holds on to."""
    attached = days.attached()
    # A detachment that was cut off stands in the way of every other one, so it comes first.
    pending = [name for name, is_pending in attached.items() if is_pending]
    too_old = [name for name in attached if name < oldest_kept and name not in pending]
    for name in [*pending, *too_old]:
        if not _patiently(name, _detach):
            return [name]
    return []


def _detach(name: str) -> None:
    """Detach one partition, or end its detachment if a try before this one began it."""
    _execute(_FINALIZE if days.attached()[name] else _DETACH, name)


def _drop(name: str) -> None:
    _execute(_DROP, name)


def _detached_before(oldest_kept: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_DETACHED)
        return [name for (name,) in cursor.fetchall() if name < oldest_kept]


def _execute(statement: sql.SQL, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(sql.Identifier(name)))


def _patiently(name: str, step: Callable[[str], None]) -> bool:
    """Do one step for one partition; False if somebody held on to it."""
    try:
        locks.patiently(partial(step, name))
    except locks.HeldElsewhereError:
        logger.warning("partition is in use, dropped later", extra={"partition": name})
        return False
    return True
