"""Sums over 5-minute buckets and over days, added up by the database."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from health.latency.adding import added_up
from health.latency.histogram import LatencyHistogram
from health.sla.accounting import Spans
from health.sla.figures import Totals

# What both tables have; histograms come as texts put one after another, which is faster than as values.
_COLUMNS = """
SELECT asked.name, asked.first,
       sum(up_ms)::bigint, sum(down_ms)::bigint, sum(unknown_ms)::bigint,
       sum(maintenance_ms)::bigint, sum(degraded_ms)::bigint,
       sum(probes)::bigint, sum(failed_probes)::bigint,
       sum({requests})::bigint, sum(failed_requests)::bigint, {violations},
       string_agg(nullif(probe_latency::text, '{{}}'), ',') FILTER (WHERE %(latency)s),
       string_agg(nullif(request_latency::text, '{{}}'), ',') FILTER (WHERE %(latency)s),
       {days}
FROM unnest(%(names)s::text[], %(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS asked(name, first, last)
"""
_BUCKETS = (
    _COLUMNS.format(
        requests="requests",
        violations="""count(*) FILTER (WHERE misses_availability OR misses_latency),
       count(*) FILTER (WHERE misses_availability), count(*) FILTER (WHERE misses_latency)""",
        days="NULL",
    )
    + """JOIN sla_buckets ON service_name = asked.name AND starts_at >= asked.first AND starts_at < asked.last
GROUP BY 1, 2"""
)
_DAYS = (
    _COLUMNS.format(
        requests="total_requests",
        violations="""sum(violations)::bigint,
       sum(availability_violations)::bigint, sum(latency_violations)::bigint""",
        days="array_agg(period_start)",
    )
    + """JOIN sla_metrics ON service_name = asked.name AND period_start >= asked.first
     AND period_end <= asked.last AND period_end = period_start + interval '1 day'
GROUP BY 1, 2"""
)

Asked = tuple[str, datetime, datetime]
"""A service and the time from the first until before the second instant."""


@dataclass(frozen=True, slots=True)
class DayTotals:
    """Sums over the days that have a row, and which those are."""

    totals: Totals
    days: Collection[datetime]


def bucket_totals(
    asked: Iterable[Asked], *, latency: bool = True
) -> dict[tuple[str, datetime], Totals]:
    """Return by (short name, first instant asked for) the sums of the buckets that begin in each span.

    Without `latency` the histograms are left out, which is many times as fast. A span without buckets is not
    there, and time without a bucket is in no sum, see Totals.lasting.
    """
    return {(row[0], row[1]): _totals(row) for row in _rows(_BUCKETS, asked, latency=latency)}


def day_totals(
    asked: Iterable[Asked], *, latency: bool = True
) -> dict[tuple[str, datetime], DayTotals]:
    """Return by (full name, first instant asked for) the sums of the days (UTC) in each span that have a row."""
    return {
        (row[0], row[1]): DayTotals(_totals(row), frozenset(row[-1]))
        for row in _rows(_DAYS, asked, latency=latency)
    }


def _rows(query: str, asked: Iterable[Asked], *, latency: bool) -> list[Sequence[Any]]:
    spans = list(asked)
    if not spans:
        return []
    names, starts, ends = (list(column) for column in zip(*spans, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(query, {"names": names, "starts": starts, "ends": ends, "latency": latency})
        return list(cursor.fetchall())


def _totals(row: Sequence[Any]) -> Totals:
    values = [Spans(*row[2:7]), *row[7:14], _histogram(row[14]), _histogram(row[15])]
    return Totals(*values)


def _histogram(written: str | None) -> LatencyHistogram:
    return added_up(orjson.loads(f"[{written}]")) if written else LatencyHistogram()
