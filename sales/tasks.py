"""Celery edge of sales."""

from datetime import datetime
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from monitoring.collectors.gathering import gather
from monitoring.retry import TRANSIENT
from monitoring.slots import slot_of
from sales import services

_POLICY: dict[str, Any] = {
    **TRANSIENT,
    "expires": settings.BUSINESS_INTERVAL.total_seconds(),
    "soft_time_limit": 110,
    "time_limit": 120,
}


@shared_task(name="sales.measure_business", **_POLICY)
def measure_business(slot: str | None = None) -> None:
    """Ask for the business figures, then store those that are metrics for the instant `slot` (ISO 8601)."""
    at = timezone.now()
    services.measure_business(at=at)
    instant = datetime.fromisoformat(slot) if slot else slot_of(at, settings.BUSINESS_INTERVAL)
    for group in ("business", "revenue"):
        gather(group, slot=instant, at=at)
