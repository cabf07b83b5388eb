"""Celery edge of request performance."""

from celery import shared_task
from django.utils import timezone

from health.services.performance_days import close_days
from health.services.performance_harvest import harvest
from health.services.performance_retention import forget_performance
from health.services.performance_rollup import compact
from monitoring.retry import TRANSIENT


@shared_task(
    name="health.harvest_requests", expires=240, soft_time_limit=240, time_limit=270, **TRANSIENT
)
def harvest_requests() -> None:
    """Take over the request histograms that other services have pushed."""
    harvest(at=timezone.now())


@shared_task(
    name="health.compact_performance",
    expires=540,
    soft_time_limit=480,
    time_limit=540,
    **TRANSIENT,
)
def compact_performance() -> None:
    """Put old parts of the roll-up together, and add up the days that no part comes for any more."""
    at = timezone.now()
    compact(at=at)
    close_days(at=at)


@shared_task(
    name="health.forget_performance",
    expires=3_000,
    soft_time_limit=480,
    time_limit=540,
    **TRANSIENT,
)
def forget_old_performance() -> None:
    """Delete single requests and roll-ups that are older than their retention."""
    forget_performance(at=timezone.now())
