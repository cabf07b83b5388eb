"""Celery edge of the watchers."""

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from alerts.watch import canary
from monitoring.retry import TRANSIENT


@shared_task(name="alerts.send_canary", expires=50, soft_time_limit=20, time_limit=30, **TRANSIENT)
def send_canary(slot: str | None = None) -> None:
    """Send the canary of the minute `slot` (ISO 8601), by default of now."""
    canary.send_canary(at=datetime.fromisoformat(slot) if slot else timezone.now())


@shared_task(
    name="alerts.forget_canaries", expires=3_000, soft_time_limit=50, time_limit=60, **TRANSIENT
)
def forget_canaries() -> None:
    """Delete what canaries of yesterday left behind."""
    canary.forget_canaries(before=timezone.now() - canary.RETENTION)
