"""Locks of tables, asked for so that nobody queues for long behind the request."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connection
from psycopg import errors

Result = TypeVar("Result")

ATTEMPTS = 3
_WAIT = "1s"
_PAUSE_SECONDS = 0.2  # whatever queued behind the request runs meanwhile

# Any numbers that nobody else uses in this database.
MAINTENANCE = 7_303_014_001
CREATION = 7_303_014_002
# Held shared by who uses a remembered series number, alone by who removes series.
CATALOGUE = 7_303_014_003
SEALING = 7_303_014_004


class HeldElsewhereError(Exception):
    """Somebody held on to the table for longer than we were ready to make others wait."""


def patiently(step: Callable[[], Result]) -> Result:
    """Return what `step` returns; each of its locks is waited for briefly, and asked for three times.

    Raises HeldElsewhereError if it was not given.
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_SECONDS)
        try:
            with _brief_waits():
                return step()
        except OperationalError as error:
            if not isinstance(error.__cause__, errors.LockNotAvailable):
                raise
    raise HeldElsewhereError


@contextmanager
def alone(key: int) -> Iterator[bool]:
    """Hold the lock of that number for a block; False, and no lock, if another session has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (is_ours,) = cursor.fetchone()
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@contextmanager
def _brief_waits() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{_WAIT}'")
        try:
            yield
        finally:
            cursor.execute("RESET lock_timeout")
