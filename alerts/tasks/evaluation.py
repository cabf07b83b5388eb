"""Celery edge of evaluation."""

from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from alerts import services
from alerts.tasks.delivery import ring
from monitoring.retry import TRANSIENT


@shared_task(
    name="alerts.evaluate_rules",
    expires=settings.ALERT_EVALUATION_INTERVAL.total_seconds(),
    soft_time_limit=45,
    time_limit=55,
    **TRANSIENT,
)
def evaluate_rules(slot: str | None = None) -> None:
    """Evaluate all rules for the instant `slot` (ISO 8601), by default for now."""
    at = datetime.fromisoformat(slot) if slot else timezone.now()
    ring(services.evaluate_rules(at=at))
