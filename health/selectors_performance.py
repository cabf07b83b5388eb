"""Reads of request performance: parts of the roll-up added up, by service and time or by endpoint.

Where a service measured its requests one by one, that counts. A histogram that it pushed for the same
hour tells of the same requests again and is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from django.db.models import QuerySet

from health.latency.adding import added_up
from health.latency.histogram import LatencyHistogram
from health.models import HealthCursor, PerformanceMetric
from health.performance.endpoints import EndpointTotals
from health.performance.parts import span_start

DAYS_CURSOR = "performance_days"
# Who pushes may invent endpoints without end; a read holds no more of them than this, the busiest.
MOST_ENDPOINTS = 10_000
_DAY = timedelta(days=1)

# `wanted` holds every part that counts from %(start)s to before %(end)s, but for what lies between the days
# %(closed)s and %(opened)s.
_WANTED = """
WITH measured AS (
    SELECT DISTINCT service_name, date_trunc('hour', starts_at, 'UTC') AS hour
    FROM performance_rollups
    WHERE source = 'requests'
      AND (starts_at >= date_trunc('hour', %(start)s, 'UTC') AND starts_at < %(closed)s
           OR starts_at >= date_trunc('hour', %(opened)s, 'UTC')
           AND starts_at < date_trunc('hour', %(end)s, 'UTC') + interval '1 hour')
      AND (%(services)s::text[] IS NULL OR service_name = ANY(%(services)s))
), wanted AS (
    SELECT part.* FROM performance_rollups part
    WHERE (starts_at >= %(start)s AND starts_at < %(closed)s
           OR starts_at >= %(opened)s AND starts_at < %(end)s)
      AND (%(services)s::text[] IS NULL OR service_name = ANY(%(services)s))
      AND (source = 'requests' OR (service_name, date_trunc('hour', starts_at, 'UTC')) NOT IN (
          SELECT service_name, hour FROM measured))
)
"""
_BY_TIME = """
SELECT service_name, date_bin(%(width)s, starts_at, 'epoch'::timestamptz) AS bucket,
       sum(requests)::bigint, sum(server_errors)::bigint, string_agg(latency::text, ',')
FROM wanted GROUP BY 1, 2
"""
_BY_ENDPOINT = """
SELECT service_name, endpoint, method, sum(requests)::bigint, sum(server_errors)::bigint,
       sum(satisfied)::bigint, sum(tolerating)::bigint, sum(total_ms), max(slowest_ms),
       string_agg(latency::text, ',')
FROM (
    SELECT service_name, endpoint, method, requests, server_errors, satisfied, tolerating, total_ms,
           slowest_ms, latency
    FROM wanted
    UNION ALL
    SELECT service_name, endpoint, method, requests, server_errors, satisfied, tolerating, total_ms,
           slowest_ms, latency
    FROM performance_days
    WHERE starts_at >= %(closed)s AND starts_at < %(opened)s
      AND (%(services)s::text[] IS NULL OR service_name = ANY(%(services)s))
) summand
WHERE %(endpoint)s::text IS NULL OR endpoint = %(endpoint)s
GROUP BY 1, 2, 3
ORDER BY sum(requests) DESC, 1, 2, 3
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class RequestTotals:
    """Requests of one service in one span; `failed` were answered 5xx, `latency` is in ms."""

    requests: int
    failed: int
    latency: LatencyHistogram


def request_totals(
    service_names: Iterable[str], start: datetime, end: datetime, width: timedelta
) -> dict[tuple[str, datetime], RequestTotals]:
    """Return by (service name, beginning of its span) what the services answered from `start` to before `end`.

    The names are those that services give themselves (payment-service). Spans are `width` wide and begin
    at its multiples since 1970, UTC; one without requests is not there. A part of the roll-up counts
    where it begins: of one that is wider than `width` (an hour, after 30 days) everything lies in one span.
    """
    asked: dict[str, Any] = {
        "services": list(service_names),
        "start": start,
        "end": end,
        "width": width,
        "closed": end,
        "opened": end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WANTED + _BY_TIME, asked)
        return {
            (service, bucket): RequestTotals(requests, failed, latency_of(written))
            for service, bucket, requests, failed, written in cursor.fetchall()
        }


def endpoint_totals(
    start: datetime,
    end: datetime,
    *,
    service_names: Iterable[str] | None = None,
    endpoint: str | None = None,
) -> list[EndpointTotals]:
    """Return what each endpoint and method of the services (None: of all) answered from `start` to before `end`.

    A part of the roll-up counts where it begins. Whole days that are closed come from their sums. Of more than
    MOST_ENDPOINTS they are the busiest.
    """
    closed, opened = _closed_days(start, end)
    services = None if service_names is None else list(service_names)
    chosen = {"services": services, "endpoint": endpoint, "most": MOST_ENDPOINTS}
    return _totals(start, end, closed, opened, chosen)


def totals_of_parts(start: datetime, end: datetime) -> list[EndpointTotals]:
    """Return the same of all services from the parts of the roll-up alone: what a day that closes adds up to."""
    return _totals(start, end, end, end, {"services": None, "endpoint": None, "most": None})


def slowest_requests(
    start: datetime,
    end: datetime,
    *,
    service_names: Iterable[str] | None = None,
    endpoint: str | None = None,
) -> QuerySet[PerformanceMetric]:
    """Return the single requests from `start` to before `end`, the slowest first.

    They are kept for PERFORMANCE_RETENTION; of this service's own there are only those that failed or
    were slow.
    """
    found = PerformanceMetric.objects.filter(timestamp__gte=start, timestamp__lt=end)
    if service_names is not None:
        found = found.filter(service_name__in=list(service_names))
    if endpoint is not None:
        found = found.filter(endpoint=endpoint)
    return found.order_by("-response_time_ms", "-timestamp", "id")


def _totals(
    start: datetime,
    end: datetime,
    closed: datetime,
    opened: datetime,
    chosen: Mapping[str, Any],
) -> list[EndpointTotals]:
    asked = {**chosen, "start": start, "end": end, "closed": closed, "opened": opened}
    with connection.cursor() as cursor:
        cursor.execute(_WANTED + _BY_ENDPOINT, asked)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [EndpointTotals(*(*row[:-1], latency_of(row[-1]))) for row in rows]


def _closed_days(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return from and until when whole days lie in the span that are added up already; (end, end) if none do.

    A day that closes after this was asked is merely not used: its parts are still there.
    """
    until = HealthCursor.objects.filter(name=DAYS_CURSOR).values_list("at", flat=True).first()
    first = span_start(start + _DAY - timedelta(microseconds=1), _DAY)
    after = min(span_start(end, _DAY), until or first)
    return (first, after) if first < after else (end, end)


def latency_of(written: str) -> LatencyHistogram:
    """Return the sum of histograms that the database put one after another, separated by commas."""
    return added_up(orjson.loads(f"[{written}]"))
