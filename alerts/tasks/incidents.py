"""Celery edge of incidents."""

from celery import shared_task
from django.utils import timezone

from alerts import services
from monitoring.retry import TRANSIENT


@shared_task(
    name="alerts.open_incidents", expires=60, soft_time_limit=40, time_limit=50, **TRANSIENT
)
def open_incidents() -> None:
    """Open, extend and end the incidents of groups that fire, where INCIDENT_AUTO_OPEN asks for it."""
    services.open_for_groups(timezone.now())
