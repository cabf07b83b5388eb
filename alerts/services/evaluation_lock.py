"""Keeps evaluations and changes by people apart: rules stand still while they are evaluated, and the other way round.

One lock for all rules, instead of one for each row: an evaluation of 10,000 rules asks for two locks, not 10,000.
"""

from django.db import connection
from django.db.transaction import TransactionManagementError

# Any numbers that nobody else uses in this database (see monitoring.storage.locks).
EVALUATOR = 7_303_014_101
RULES = 7_303_014_102

# An evaluation in which thousands of alerts fire takes longer than the usual patience with a lock.
_PATIENCE = "25s"


def hold_still() -> None:
    """Let the evaluation that is under way end, and none begin until the caller's transaction ends.

    To be called first in a transaction that changes rules, or the state of alerts that rules raised: whoever
    holds a row of either before it asks may wait for an evaluation that waits for that row. Several callers hold
    it at once: who must be alone with a rule or an alert locks its row afterwards.

    Raises TransactionManagementError outside a transaction, where it would end at once.
    """
    _refuse_autocommit()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [RULES])
        cursor.execute("RESET lock_timeout")


def be_the_evaluator() -> bool:
    """Hold all rules still for an evaluation; False if another evaluator is at work, whose work it then is.

    Changes that are under way are waited for, later ones wait. Lasts until the caller's transaction ends; raises
    TransactionManagementError outside one.
    """
    _refuse_autocommit()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [EVALUATOR])
        (is_ours,) = cursor.fetchone()
        if is_ours:
            # By a statement of its own: the next one then sees what those who were waited for have committed.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RULES])
    return bool(is_ours)


def _refuse_autocommit() -> None:
    if not connection.in_atomic_block:
        raise TransactionManagementError(
            "the lock lasts as long as a transaction, and there is none"
        )
