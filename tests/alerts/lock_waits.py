"""Whether somebody waits for a lock in the database of this test; other workers of the suite have theirs."""

from django.db import connection

# A wait for the end of a transaction names no database, the session that waits does.
_WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()
"""


def somebody_waits() -> bool:
    """Tell whether a session of this database waits for a lock of whatever kind."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        (waiting,) = cursor.fetchone()
    return bool(waiting)
