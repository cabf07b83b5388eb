"""Celery edge of the retention of probes."""

import logging

from celery import shared_task
from django.utils import timezone

from health.services import retention
from monitoring.retry import TRANSIENT

logger = logging.getLogger(__name__)


@shared_task(
    name="health.forget_probes", expires=3_000, soft_time_limit=240, time_limit=270, **TRANSIENT
)
def forget_probes() -> None:
    """Delete the history of probes that is old enough."""
    deleted = retention.forget_probes(at=timezone.now())
    if deleted:
        logger.info("history of probes deleted", extra={"rows": deleted})
