"""Celery edge of health."""

from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from health.services import probing
from monitoring.retry import TRANSIENT
from monitoring.slots import slot_of


@shared_task(
    name="health.probe_services",
    expires=30,
    soft_time_limit=20,
    time_limit=25,
    **TRANSIENT,
)
def probe_services(slot: str | None = None) -> None:
    """Probe every service for the period `slot` (ISO 8601), by default the current one."""
    at = (
        datetime.fromisoformat(slot)
        if slot
        else slot_of(timezone.now(), settings.HEALTH_CHECK_INTERVAL)
    )
    probing.probe_services(at=at)
