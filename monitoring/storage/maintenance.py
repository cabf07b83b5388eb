"""The hourly care of the storage: partitions that come, partitions that go, rows that nobody needs."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from monitoring.storage import locks, partitions, retention, segment_days, silent_series
from monitoring.storage.partitioned_tables import CHUNK, ROLLUP_1H, ROLLUP_5M, TABLES


@dataclass(frozen=True, slots=True)
class MaintenanceReport:
    """What one run did.

    `postponed` names partitions that a reader held on to, and the next run drops; `missing` those that
    could not be created. `overdue_samples` wait to be sealed in past days, `lost_samples` waited until
    they were too old.
    """

    created: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    postponed: tuple[str, ...] = ()
    overdue_samples: int = 0
    lost_samples: int = 0
    forgotten_requests: int = 0
    removed_series: int = 0
    is_busy: bool = False


def maintain(at: datetime) -> MaintenanceReport:
    """Create the partitions that come, and drop those that only hold what is beyond its retention.

    A partition goes once all of its samples are too old, a day of segments as soon as it is empty. Request
    keys that no one will repeat go too, and series of which nothing is left. Safe to repeat, and for two
    at once: the second finds the first at work and only says so. Raises RuntimeError or ProgrammingError
    within a transaction.
    """
    with locks.alone(locks.MAINTENANCE) as is_alone:
        if not is_alone:
            return MaintenanceReport(is_busy=True)
        created, missing = _create(at)
        days = segment_days.drop_days(at)
        dropped, postponed = _drop(at)
        return MaintenanceReport(
            created=tuple(created),
            missing=tuple(missing),
            dropped=(*days.dropped, *dropped),
            postponed=(*days.postponed, *postponed),
            overdue_samples=days.overdue_samples,
            lost_samples=days.lost_samples,
            forgotten_requests=retention.forget_requests(at - settings.IDEMPOTENCY_RETENTION),
            removed_series=silent_series.remove(at),
        )


def _create(at: datetime) -> tuple[list[str], list[str]]:
    """Return the partitions that were created, and those of tables that somebody held on to."""
    created: list[str] = []
    missing: list[str] = []
    for table in TABLES.values():
        for day in table.wanted(at):
            try:
                if partitions.create(table, day):
                    created.append(table.partition(day))
            except locks.HeldElsewhereError:
                missing.append(table.partition(day))
                break  # the next one would wait for the same holder
    return created, missing


def _drop(at: datetime) -> tuple[list[str], list[str]]:
    """Return the partitions of sealed samples that went, and those that could not go yet."""
    dropped: list[str] = []
    postponed: list[str] = []
    for table in (CHUNK, ROLLUP_5M, ROLLUP_1H):
        gone, held = retention.drop_before(table, table.first_kept(at))
        dropped += gone
        postponed += held
    return dropped, postponed
