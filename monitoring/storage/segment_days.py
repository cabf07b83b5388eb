"""Which days of segments go: those that sealing has emptied and, at the very end, those that it has not.

A segment's row lives until it is sealed, so a past day is empty as a rule and its partition only costs
planning time. One that still holds rows means that sealing is behind or a segment is damaged; it stays
until its samples are older than the retention, and is complained about until then.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from monitoring.storage import locks, partitions, retention
from monitoring.storage.partitioned_tables import SEGMENT, day_of

logger = logging.getLogger(__name__)

EMPTY_AFTER = timedelta(
    days=2
)  # from the end of a day on, nobody writes into it and sealing is done

_COUNT = sql.SQL("SELECT count(*), coalesce(sum(n), 0) FROM {}")


class DroppedDays(NamedTuple):
    """What became of the past days of segments; the samples are those that nobody has sealed."""

    dropped: list[str]
    postponed: list[str]
    overdue_samples: int
    lost_samples: int


def drop_days(at: datetime) -> DroppedDays:
    """Drop past days that are empty, and any beyond METRICS_RETENTION; say what is left or lost.

    Must not run within a transaction.
    """
    judge = _Judge(
        too_old=SEGMENT.partition(SEGMENT.first_kept(at)),
        settled=SEGMENT.partition(day_of(at - EMPTY_AFTER)),
    )
    dropped, postponed = retention.drop(SEGMENT, judge.is_doomed)
    # A day that was empty when it was chosen may have got samples until it was detached.
    postponed += _bring_back(judge)
    lost = judge.unsealed_in(dropped)
    if lost:
        logger.error("unsealed samples are lost", extra={"partitions": dropped, "samples": lost})
    left = [name for name in judge.unsealed if name not in dropped]
    overdue = judge.unsealed_in(left)
    if overdue:
        days = [name for name in left if judge.unsealed[name]]
        logger.error("past days are not sealed", extra={"partitions": days, "samples": overdue})
    return DroppedDays(dropped, postponed, overdue, lost)


@dataclass(slots=True)
class _Judge:
    """Says which days go, and remembers how many samples it last saw in each past one."""

    too_old: str
    settled: str
    unsealed: dict[str, int] = field(default_factory=dict)

    def is_doomed(self, name: str) -> bool:
        if name >= self.settled and name >= self.too_old:
            return False
        segments, self.unsealed[name] = _contents(name)
        return name < self.too_old or segments == 0

    def unsealed_in(self, names: list[str]) -> int:
        return sum(self.unsealed.get(name, 0) for name in names)


def _bring_back(judge: _Judge) -> list[str]:
    """Attach days again that hold samples within the retention: sealing looks at attached ones only.

    Return those that have to wait for the next run, because somebody holds on to the table.
    """
    held: list[str] = []
    for name in retention.detached(SEGMENT):
        if name < judge.too_old or not _contents(name).segments:
            continue
        try:
            partitions.create(SEGMENT, SEGMENT.day_in(name))
        except locks.HeldElsewhereError:
            held.append(name)
        else:
            logger.warning("day of segments attached again", extra={"partition": name})
    return held


class _Contents(NamedTuple):
    segments: int
    samples: int


def _contents(name: str) -> _Contents:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(sql.Identifier(name)))
        return _Contents(*cursor.fetchone())
