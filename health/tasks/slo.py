"""Celery edge of objectives."""

from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from health.services.slo_evaluation import evaluate_slos as evaluate
from monitoring.retry import TRANSIENT
from monitoring.slots import slot_of

_MINUTE = timedelta(minutes=1)


@shared_task(
    name="health.evaluate_slos", expires=55, soft_time_limit=45, time_limit=50, **TRANSIENT
)
def evaluate_slos(slot: str | None = None) -> None:
    """Measure every objective for the minute `slot` (ISO 8601), by default the current one."""
    at = datetime.fromisoformat(slot) if slot else slot_of(timezone.now(), _MINUTE)
    evaluate(at=at)
