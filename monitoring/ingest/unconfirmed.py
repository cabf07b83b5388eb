"""Whether a batch that PostgreSQL did not confirm may be stored all the same: only once it was told to commit.

The number of the transaction would not tell. After a crash PostgreSQL gives numbers that it never wrote down to
other transactions, and their commit would pass for this one's.
"""

import threading

from monitoring.errors import DatabaseUnavailableError


class UnconfirmedError(DatabaseUnavailableError):
    """PostgreSQL did not say what became of a batch. `may_be_stored`: the answer to its COMMIT is missing."""

    may_be_stored: bool = False


class _Current(threading.local):
    is_committing = False


_current = _Current()


def begins() -> None:
    """Note that this thread begins a transaction."""
    _current.is_committing = False


def commits() -> None:
    """Note that this thread's transaction has done its work, and is about to be committed."""
    _current.is_committing = True


def error(message: str, *, retry_after_seconds: int) -> UnconfirmedError:
    """Return the error of a batch that nobody confirmed."""
    unconfirmed = UnconfirmedError(message, retry_after_seconds=retry_after_seconds)
    unconfirmed.may_be_stored = _current.is_committing
    return unconfirmed
