"""Runs the transaction of one batch, again where a fresh start is the cure, and names what is not."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from psycopg import errors

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest import tally, unconfirmed
from monitoring.ingest.series_cache import CACHE, Generation
from monitoring.storage.locks import HeldElsewhereError
from monitoring.storage.partitions import ensure_day

logger = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")

# Every cure lasts: a partition stays, a rival's rows are visible to the next try. More than a few tries
# mean that the database is in trouble.
ATTEMPTS = 6
RETRY_AFTER_SECONDS = 2

_RIVALS = (errors.DeadlockDetected, errors.SerializationFailure)


class AgainError(Exception):
    """The batch was rolled back and may be tried again, after `cure`."""

    reason = "again"

    def cure(self) -> None:
        """Do, outside the batch's transaction, what lets the next try succeed."""


class StaleCacheError(AgainError):
    """Something that this process remembers of the catalogue is not so in the database."""

    reason = "stale_cache"

    def __init__(self, generation: Generation | None = None) -> None:
        super().__init__()
        self._generation = generation

    def cure(self) -> None:
        """Forget it."""
        CACHE.drop(self._generation or CACHE.current)


class RivalWonError(AgainError):
    """Another writer committed the same new row first; a new try sees it."""

    reason = "rival"


def run(store: Callable[[], Outcome], *, received_at: datetime) -> Outcome:
    """Return what `store` returns, committed.

    It is called within a transaction, up to six times. Raises DatabaseUnavailableError if PostgreSQL
    does not answer or does not let the batch through. A connection that breaks is not tried again: the
    commit may have happened, and only the client knows whether its increments may be sent twice.
    """
    for _ in range(ATTEMPTS):
        unconfirmed.begins()
        try:
            # Durable: within a caller's transaction "committed" would be a false promise.
            with transaction.atomic(durable=True):
                outcome = store()
                unconfirmed.commits()
        except AgainError as error:
            _reaching_the_database(error.cure)
            reason = error.reason
        except IntegrityError as error:
            _create_partition(error, received_at)
            reason = "partition"
        except (OperationalError, InterfaceError) as error:
            if not isinstance(error.__cause__, _RIVALS):
                raise _unavailable(error) from error
            reason = "deadlock"
        else:
            return outcome
        tally.count(tally.RETRIES, {"reason": reason})
    raise DatabaseUnavailableError(
        "the database is too busy to store the samples", retry_after_seconds=RETRY_AFTER_SECONDS
    )


def _create_partition(error: IntegrityError, received_at: datetime) -> None:
    """Create the day that the insert found missing; raise any other error again."""
    cause = error.__cause__
    # A row without a partition fails no named constraint.
    if not isinstance(cause, errors.CheckViolation) or cause.diag.constraint_name is not None:
        raise error
    _reaching_the_database(lambda: ensure_day(received_at))


def _reaching_the_database(work: Callable[[], object]) -> None:
    try:
        work()
    except (OperationalError, InterfaceError, HeldElsewhereError) as failure:
        raise _unavailable(failure) from failure


def _unavailable(error: Exception) -> DatabaseUnavailableError:
    logger.warning("samples not stored", extra={"error": str(error).strip()})
    # A broken connection would fail the next batch of a long-lived process too.
    connection.close_if_unusable_or_obsolete()
    return unconfirmed.error(
        "the database did not confirm the samples", retry_after_seconds=RETRY_AFTER_SECONDS
    )
