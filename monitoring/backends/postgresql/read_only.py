"""Somebody else's PostgreSQL: one connection for a few questions, each read-only, short and bounded."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from monitoring.errors import DatabaseUnavailableError, InvalidInputError

logger = logging.getLogger(__name__)

Row = tuple[Any, ...]

_CONNECT_SECONDS = 3
_NOTICE_SILENCE = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
}


class QueryFailedError(InvalidInputError):
    """The database refused a query, or its answer has another shape; the message names the kind, never the text."""


class ReadOnlyConnection:
    """Asks one question after the other; one that fails does not spoil the next."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def rows(self, query: str, parameters: Mapping[str, Any], *, most: int) -> list[Row]:
        """Return the rows of one SELECT with `%(name)s` placeholders.

        Raises QueryFailedError if the database refuses it, which it also does for whatever would write, or if there
        are more than `most` rows; DatabaseUnavailableError if the connection breaks.
        """
        # As a sub-query it can be nothing but a SELECT, and its rows are counted by the server. A statement with
        # parameters goes by the extended protocol, which takes no second statement after a semicolon.
        bounded = f"SELECT * FROM (\n{query.strip().rstrip(';')}\n) AS figure LIMIT %(_most)s"  # noqa: S608 - the query is the operator's own, from a file beside the settings
        try:
            with self._connection.transaction():
                found = self._connection.execute(
                    bounded.encode(), {**parameters, "_most": most + 1}
                ).fetchall()
        except psycopg.OperationalError as error:
            if self._connection.broken:
                raise DatabaseUnavailableError("the database broke the connection") from error
            raise _refusal(error) from error
        except psycopg.Error as error:
            raise _refusal(error) from error
        if len(found) > most:
            raise QueryFailedError(f"the query returned more than {most} rows")
        return found


@contextmanager
def read_only(url: str, *, timeout: timedelta, application: str) -> Iterator[ReadOnlyConnection]:
    """Connect for as long as the block runs; a question that takes longer than `timeout` is ended by the server.

    Raises DatabaseUnavailableError, whose message holds neither address nor credentials.
    """
    milliseconds = round(timeout.total_seconds() * 1_000)
    options = (
        f"-c default_transaction_read_only=on -c statement_timeout={milliseconds} -c lock_timeout=1000"
        f" -c idle_in_transaction_session_timeout={milliseconds}"
    )
    try:
        connection = psycopg.connect(
            make_conninfo(
                url,
                connect_timeout=_CONNECT_SECONDS,
                application_name=application,
                options=options,
                **_NOTICE_SILENCE,
            ),
            autocommit=True,
        )
    except psycopg.Error as error:
        raise DatabaseUnavailableError("the database does not answer") from error
    try:
        connection.read_only = True
        yield ReadOnlyConnection(connection)
    finally:
        connection.close()


def _refusal(error: psycopg.Error) -> QueryFailedError:
    """The text of an error may quote data: it is for the log, its kind for everybody."""
    logger.warning("query refused", extra={"reason": error.diag.message_primary or str(error)})
    return QueryFailedError(f"the query failed: {type(error).__name__}")
