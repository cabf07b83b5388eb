"""Celery edge of escalation."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from alerts.services import escalation
from alerts.tasks.delivery import ring


@shared_task(
    name="alerts.escalate",
    expires=max(5.0, settings.ESCALATION_SWEEP_INTERVAL.total_seconds()),
    soft_time_limit=45,
    time_limit=55,
)
def escalate() -> None:
    """Take the steps of escalation chains that are due, and call workers to their messages."""
    ring(escalation.sweep(timezone.now()))
