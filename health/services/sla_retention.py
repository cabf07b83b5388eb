"""Forgets 5-minute buckets that are older than SLA_RETENTION; the rows of their days stay."""

from datetime import datetime

from django.conf import settings

from health.models import SlaBucket
from health.sla.period import day_of

# One statement of so many rows takes some tens of milliseconds and stands in nobody's way.
_BATCH = 5_000


def forget_buckets(*, at: datetime, most_batches: int = 200) -> int:
    """Delete the buckets of days that ended before the retention, the oldest first; return how many went.

    Whole days go at once: of a day without a row a part would say something else than the whole.
    """
    old = SlaBucket.objects.filter(starts_at__lt=day_of(at - settings.SLA_RETENTION))
    deleted = 0
    for _ in range(most_batches):
        batch = old.order_by("starts_at").values("pk")[:_BATCH]
        rows, _by_table = SlaBucket.objects.filter(pk__in=batch).delete()
        deleted += rows
        if rows < _BATCH:
            break
    return deleted
