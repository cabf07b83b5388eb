"""Celery edge of the kernel: collectors and the care of the storage, run by beat."""

from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from monitoring.collectors.gathering import gather
from monitoring.exposition import instruments
from monitoring.retry import TRANSIENT
from monitoring.slots import slot_of
from monitoring.storage import rollups, sealing
from monitoring.storage.locks import HeldElsewhereError
from monitoring.storage.maintenance import maintain

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
    "soft_time_limit": 240,  # a reader may keep each table waiting for some seconds
    "time_limit": 250,
}
_ROLL_UP_BUDGET = timedelta(seconds=60)
_ROLL_UP: dict[str, Any] = {
    **_POLICY,
    "expires": 270,
    "soft_time_limit": 2 * _ROLL_UP_BUDGET.total_seconds(),
    "time_limit": 2 * _ROLL_UP_BUDGET.total_seconds() + 10,
}
_SEAL_BUDGET = timedelta(seconds=480)  # when no further seal begins; one takes a minute at most
_SEAL: dict[str, Any] = {**_POLICY, "expires": 60, "soft_time_limit": 540, "time_limit": 600}


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
    """Create the partitions of the storage that come and drop those beyond the retention."""
    report = maintain(timezone.now())
    if not report.is_busy:
        instruments.measure("storage_overdue_samples", {}, report.overdue_samples)
    if report.lost_samples:
        instruments.count("storage_lost_samples_total", {}, report.lost_samples)
    if report.missing:
        raise HeldElsewhereError


@shared_task(name="monitoring.roll_up", **_ROLL_UP)
def roll_up() -> None:
    """Roll up the days that are over; what does not fit into the budget is the next run's."""
    rollups.roll_up(at=timezone.now(), budget=_ROLL_UP_BUDGET)


@shared_task(name="monitoring.seal_segments", **_SEAL)
def seal_segments() -> None:
    """Seal what waits, if it is enough or old enough; a run beside another one does nothing."""
    for report in sealing.seal_waiting(at=timezone.now(), budget=_SEAL_BUDGET):
        if report.segments:
            instruments.count("storage_sealed_samples_total", {}, report.samples)
            instruments.observe("storage_seal_duration_seconds", {}, report.seconds)


def _gather(group: str, slot: str | None) -> None:
    at = timezone.now()
    current = slot_of(at, settings.METRIC_COLLECTION_INTERVAL)
    gather(group, slot=datetime.fromisoformat(slot) if slot else current, at=at)
