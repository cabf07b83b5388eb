"""How long one read may take, in the database and in Python."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg import errors

from monitoring.errors import InvalidInputError


class TooSlowError(InvalidInputError):
    """The answer would take longer than anybody waits for it."""

    def __init__(self) -> None:
        seconds = settings.RANGE_TIMEOUT.total_seconds()
        super().__init__(
            f"the range takes longer than {seconds:g} s to read:"
            " ask for a shorter span, one metric, one service, or more labels"
        )


class Deadline:
    """An instant of time.monotonic() after which work is given up."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def check(self) -> None:
        """Raise TooSlowError once the time is up."""
        if time.monotonic() > self._at:
            raise TooSlowError


@contextmanager
def within_time_limit() -> Iterator[Deadline]:
    """Give the block RANGE_TIMEOUT: its queries are cut off, and its loops ask the deadline.

    Raises TooSlowError when the time is up.
    """
    seconds = settings.RANGE_TIMEOUT.total_seconds()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1_000))}")
            yield Deadline(seconds)
    except OperationalError as error:
        if isinstance(error.__cause__, errors.QueryCanceled):
            raise TooSlowError from error
        raise
