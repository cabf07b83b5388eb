"""What is old enough is forgotten: single requests after a week, what they add up to after a year."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from health.models import HarvestedSeries, PerformanceDay, PerformanceMetric, PerformanceRollup

# Each statement locks and logs so many rows at most; writers come in between.
BATCH = 5_000


def forget_performance(*, at: datetime, most_batches: int = 200) -> int:
    """Delete what is older than PERFORMANCE_RETENTION and PERFORMANCE_ROLLUP_RETENTION; return the rows.

    At most so many batches of each table: the rest is for the next time.
    """
    requests = PerformanceMetric.objects.filter(
        timestamp__lt=at - settings.PERFORMANCE_RETENTION
    ).order_by("timestamp")
    rollups = PerformanceRollup.objects.filter(
        starts_at__lt=at - settings.PERFORMANCE_ROLLUP_RETENTION
    ).order_by("starts_at")
    days = PerformanceDay.objects.filter(
        starts_at__lt=at - settings.PERFORMANCE_ROLLUP_RETENTION
    ).order_by("starts_at")
    silent = HarvestedSeries.objects.filter(
        at__lt=at - settings.PERFORMANCE_ROLLUP_RETENTION
    ).order_by("at")
    return sum(_delete(old, most_batches) for old in (requests, rollups, days, silent))


def _delete(old: QuerySet[Any], most_batches: int) -> int:
    deleted = 0
    for _ in range(most_batches):
        # One statement: the table has no dependants, so that nothing is read first.
        rows, _by_table = old.model.objects.filter(pk__in=old.values("pk")[:BATCH]).delete()
        deleted += rows
        if rows < BATCH:
            break
    return deleted
