"""Whether what a process remembers of the catalogue still holds, asked once in each transaction."""

from django.db import connection

from monitoring.ingest.attempts import StaleCacheError
from monitoring.ingest.series_cache import Generation
from monitoring.storage.locks import CATALOGUE

# Two statements in one message: the second sees what was committed while the first waited.
_CHECK = """
SELECT pg_advisory_xact_lock_shared({lock});
SELECT coalesce((SELECT catalogue_epoch FROM storage_state), 0),
    (SELECT labels_hash FROM series WHERE id = {series})
"""
_CONFIRM = "SELECT labels_hash FROM series WHERE id = %s"
_NONE = 0  # no series has this number


def check(generation: Generation, newest: tuple[int, str] | None) -> None:
    """Hold the catalogue as it is until the commit, and confirm what is remembered of it.

    `newest` is the highest series number that the batch found in the generation, with its hash. Numbers
    are given in ascending order, so if the database was set back to an earlier state, the highest one is
    missing there or means another series. Series that are removed, or begin to accumulate, raise the
    epoch, and whoever does that holds the catalogue alone. Raises StaleCacheError.
    """
    series, labels_hash = newest or (_NONE, None)
    with connection.cursor() as cursor:
        # Without parameters, which would allow one statement only; both are numbers of ours.
        cursor.execute(_CHECK.format(lock=CATALOGUE, series=int(series)))
        cursor.nextset()
        epoch, found_hash = cursor.fetchone()
    if generation.epoch is None:
        generation.epoch = epoch
    if epoch != generation.epoch or found_hash != labels_hash:
        raise StaleCacheError(generation)


def confirm(generation: Generation, newest: tuple[int, str]) -> None:
    """Confirm what else was found in the generation, in a transaction that holds the catalogue."""
    series, labels_hash = newest
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRM, [series])
        if cursor.fetchone() != (labels_hash,):
            raise StaleCacheError(generation)
