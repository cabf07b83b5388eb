"""Celery edge of the kernel: collectors and the care of the storage, run by beat."""

from datetime import datetime
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from monitoring.collectors.gathering import gather
from monitoring.retry import TRANSIENT
from monitoring.slots import slot_of
from monitoring.storage.locks import HeldElsewhereError
from monitoring.storage.partitions import maintain

# A repeat writes the same samples, so a store that is away is simply asked again.
_POLICY: dict[str, Any] = {
    **TRANSIENT,
    "expires": settings.METRIC_COLLECTION_INTERVAL.total_seconds(),
    "soft_time_limit": 30,
    "time_limit": 40,
}
_MAINTENANCE: dict[str, Any] = {
    **_POLICY,
    # A table that a reader holds on to is free again in a moment.
    "autoretry_for": (*_POLICY["autoretry_for"], HeldElsewhereError),
    "expires": 3_000,
}


@shared_task(name="monitoring.collect_system", **_POLICY)
def collect_system(slot: str | None = None) -> None:
    """Sample CPU, memory and disks for the instant `slot` (ISO 8601; the current one if left out)."""
    _gather("system", slot)


@shared_task(name="monitoring.collect_databases", **_POLICY)
def collect_databases(slot: str | None = None) -> None:
    """Sample the stores for the instant `slot`."""
    _gather("databases", slot)


@shared_task(name="monitoring.collect_own", **_POLICY)
def collect_own(slot: str | None = None) -> None:
    """Sample this service's processes, queues and cache for the instant `slot`."""
    _gather("own", slot)


@shared_task(name="monitoring.collect_derived", **_POLICY)
def collect_derived(slot: str | None = None) -> None:
    """Derive error rates and their like for the instant `slot`."""
    _gather("derived", slot)


@shared_task(name="monitoring.maintain_partitions", **_MAINTENANCE)
def maintain_partitions() -> None:
    """Create the days of the storage that come and drop those beyond the retention."""
    maintain(timezone.now())


def _gather(group: str, slot: str | None) -> None:
    at = timezone.now()
    current = slot_of(at, settings.METRIC_COLLECTION_INTERVAL)
    gather(group, slot=datetime.fromisoformat(slot) if slot else current, at=at)
