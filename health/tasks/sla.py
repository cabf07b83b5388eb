"""Celery edge of uptime."""

import logging

from celery import shared_task
from django.utils import timezone

from health.services.sla_buckets import write_buckets
from health.services.sla_days import write_days
from health.services.sla_retention import forget_buckets
from monitoring.retry import TRANSIENT

logger = logging.getLogger(__name__)


@shared_task(
    name="health.account_sla", expires=55, soft_time_limit=240, time_limit=270, **TRANSIENT
)
def account_sla() -> None:
    """Write the 5-minute buckets, and after midnight (UTC) the days, that are over.

    It looks each minute whether one is over, so that none waits for the phase of a longer period.
    """
    at = timezone.now()
    write_buckets(at=at)
    write_days(at=at)


@shared_task(
    name="health.forget_sla_buckets",
    expires=3_000,
    soft_time_limit=240,
    time_limit=270,
    **TRANSIENT,
)
def forget_sla_buckets() -> None:
    """Delete buckets that are old enough."""
    deleted = forget_buckets(at=timezone.now())
    if deleted:
        logger.info("SLA buckets deleted", extra={"rows": deleted})
