"""Compaction of the roll-up: old parts of one endpoint become fewer, and wider.

Writers append parts and never change one; readers add up all there are. So compaction may run beside
both: in one transaction it takes parts away and puts back what they add up to. Killed, it has done nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import connection, transaction

from health.latency.histogram import LatencyHistogram
from health.models import HealthCursor, PerformanceRollup
from health.models.performance import RollupSource
from health.performance.parts import MINUTE, Part, Parts, Place, merge_into, span_start
from health.services.performance import rollups_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TAKE = """
WITH due AS (
    SELECT unnest(array_agg(id)) AS id FROM performance_rollups
    WHERE starts_at >= %(start)s AND starts_at < %(end)s AND width_seconds <= %(width)s
    GROUP BY service_name, endpoint, method, source,
             date_bin(make_interval(secs => %(width)s), starts_at, 'epoch'::timestamptz)
    HAVING count(*) > 1 OR min(width_seconds) < %(width)s
)
DELETE FROM performance_rollups WHERE id IN (SELECT id FROM due)
"""
RETURNED = """
RETURNING source, service_name, endpoint, method, starts_at, requests, client_errors, server_errors,
          satisfied, tolerating, total_ms, slowest_ms, latency::text
"""

BySource = Mapping[RollupSource, Parts]


@dataclass(frozen=True, slots=True)
class Level:
    """From which age parts are at least `width` wide, and how long a span one transaction does."""

    width: timedelta
    after: timedelta
    span: timedelta

    @property
    def cursor(self) -> str:
        """The name of the cursor that says how far this level has come."""
        return f"performance_rollups_{self.width.total_seconds():.0f}"


LEVELS = (
    # Each process writes parts of its own, several a minute.
    Level(MINUTE, after=timedelta(minutes=10), span=timedelta(minutes=10)),
    # A measured request may come 24 hours late; after that nothing is appended any more.
    Level(timedelta(minutes=5), after=timedelta(hours=25), span=timedelta(hours=1)),
    Level(timedelta(hours=1), after=timedelta(days=30), span=timedelta(hours=6)),
)


def compact(*, at: datetime, most_spans: int = 500) -> int:
    """Bring every level up to date, at most so many spans of each; return the number of spans done.

    Two at once do each span once.
    """
    done = 0
    for level in LEVELS:
        for _ in range(most_spans):
            if not _compact_next(level, at=at):
                break
            done += 1
    return done


def parts_of_rows(rows: Iterable[tuple[Any, ...]], *, width: timedelta) -> BySource:
    """Return what rows (as RETURNED has them) add up to by span of `width`."""
    found: defaultdict[RollupSource, Parts] = defaultdict(dict)
    for row in rows:
        source, service_name, endpoint, method, starts_at = row[:5]
        latency = LatencyHistogram.from_json(orjson.loads(row[-1]))
        part = Part(*row[5:-1])
        part.cells, part.buckets = Counter(latency.fine), Counter(latency.coarse)
        place = Place(service_name, endpoint, method, span_start(starts_at, width))
        merge_into(found[RollupSource(source)], {place: part})
    return found


def put(parts: BySource, *, width: timedelta) -> None:
    """Append parts to the roll-up."""
    rows = [
        row
        for source, by_place in parts.items()
        for row in rollups_of(by_place, width=width, source=source)
    ]
    PerformanceRollup.objects.bulk_create(rows, batch_size=1_000)


@transaction.atomic
def _compact_next(level: Level, *, at: datetime) -> bool:
    """Compact the next span that holds parts; say whether there was one old enough."""
    HealthCursor.objects.get_or_create(name=level.cursor, defaults={"at": _EPOCH})
    cursor = HealthCursor.objects.select_for_update().get(name=level.cursor)
    left = PerformanceRollup.objects.filter(starts_at__gte=cursor.at).order_by("starts_at")
    first = left.values_list("starts_at", flat=True).first()
    if first is None:
        return False
    start = span_start(first, level.span)
    end = start + level.span
    if end > at - level.after:
        return False
    put(parts_of_rows(_taken(start, end, level.width), width=level.width), width=level.width)
    cursor.at = end
    cursor.save(update_fields=["at"])
    return True


def _taken(start: datetime, end: datetime, width: timedelta) -> list[tuple[Any, ...]]:
    asked: dict[str, Any] = {"start": start, "end": end, "width": int(width.total_seconds())}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE + RETURNED, asked)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
