"""Celery edge of reports: made, mailed and forgotten."""

from collections.abc import Iterable
from math import ceil
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from alerts.tasks.calling import call_workers
from health.services import report_delivery, report_work, reports

# A year of hundreds of services; still less than the time after which the broker hands a task out again.
_LIMIT_SECONDS = 900
_SEND_SECONDS = ceil(settings.NOTIFICATION_SEND_TIMEOUT.total_seconds())
# A sweep calls workers to so many mails at most; the next one to the next.
_SWEEP_LIMIT = 200


@shared_task(
    name="health.make_report", soft_time_limit=_LIMIT_SECONDS, time_limit=_LIMIT_SECONDS + 10
)
def make_report(report_id: str) -> None:
    """Make one report, and call workers to the mails that are owed with it."""
    if report_work.run_report(UUID(report_id), at=timezone.now()):
        ring_deliveries()


@shared_task(
    name="health.deliver_report",
    expires=30,
    soft_time_limit=_SEND_SECONDS + 4,
    time_limit=_SEND_SECONDS + 8,
)
def deliver_report(delivery_id: int) -> None:
    """Try once to mail one report; when it is tried again is a matter of its row, not of the broker."""
    report_delivery.deliver_report(delivery_id, at=timezone.now())


@shared_task(name="health.sweep_reports", expires=30, soft_time_limit=20, time_limit=25)
def sweep_reports() -> None:
    """Write down what the schedule owes since 00:00 UTC; call workers to reports and mails that wait for one."""
    at = timezone.now()
    reports.owe_scheduled(at=at)
    ring_reports(report_work.sweep_reports(at=at))
    ring_deliveries()


@shared_task(name="health.forget_reports", expires=600, soft_time_limit=50, time_limit=60)
def forget_reports() -> None:
    """Remove reports that are kept no longer."""
    reports.forget_reports(at=timezone.now())


def ring_reports(ids: Iterable[UUID]) -> None:
    """Call a worker to each; where the broker is away the sweep does it half a minute later."""
    call_workers(make_report, map(str, ids))


def ring_deliveries() -> None:
    """Call a worker to each mail that is due."""
    call_workers(deliver_report, report_delivery.due_deliveries(limit=_SWEEP_LIMIT))
