"""Which transaction a thread is in: if its end is never heard of, the database can be asked for it later."""

import threading

from monitoring.errors import DatabaseUnavailableError


class UnconfirmedError(DatabaseUnavailableError):
    """PostgreSQL did not say what became of a batch. `transaction` is its number, None if it had not begun."""

    transaction: int | None = None


class _Current(threading.local):
    number: int | None = None


_current = _Current()


def began(transaction: int) -> None:
    """Note the transaction of this thread."""
    _current.number = transaction


def forget() -> None:
    """Note that this thread begins anew."""
    _current.number = None


def error(message: str, *, retry_after_seconds: int) -> UnconfirmedError:
    """Return the error of a batch that nobody confirmed."""
    unconfirmed = UnconfirmedError(message, retry_after_seconds=retry_after_seconds)
    unconfirmed.transaction = _current.number
    return unconfirmed
