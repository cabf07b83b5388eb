"""Deletes the history of probes that is older than HEALTH_RETENTION; flips stay."""

from datetime import datetime

from django.conf import settings

from health.models import ServiceHealth

# One statement of so many rows takes some tens of milliseconds and stands in nobody's way.
BATCH = 5_000
# What is left is for the next run: a backlog of months must not keep a worker.
MOST_BATCHES = 200


def forget_probes(*, at: datetime) -> int:
    """Delete rows older than HEALTH_RETENTION before `at`, the oldest first, and return how many went."""
    old = ServiceHealth.objects.filter(checked_at__lt=at - settings.HEALTH_RETENTION)
    deleted = 0
    for _ in range(MOST_BATCHES):
        batch = list(old.order_by("checked_at").values_list("pk", flat=True)[:BATCH])
        if batch:
            deleted += ServiceHealth.objects.filter(pk__in=batch).delete()[0]
        if len(batch) < BATCH:
            break
    return deleted
