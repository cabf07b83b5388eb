"""Celery edge of delivery: calls to look at a message."""

from collections.abc import Iterable
from math import ceil

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from alerts import delivery, ledger
from alerts.tasks.calling import call_workers
from monitoring.retry import TRANSIENT

# A sweep calls workers to so many messages at most; the next one, two seconds later, to the next.
SWEEP_LIMIT = 200
# Alerts of which a review looks at the hidden messages; it begins with those unseen for longest.
REVIEW_LIMIT = 500
_SEND_SECONDS = ceil(settings.NOTIFICATION_SEND_TIMEOUT.total_seconds())


@shared_task(
    name="alerts.deliver_notification",
    expires=30,
    soft_time_limit=_SEND_SECONDS + 2,
    time_limit=_SEND_SECONDS + 4,
)
def deliver_notification(notification_id: int) -> None:
    """Try once to send a message; when it is tried again is a matter of its row, not of the broker."""
    delivery.deliver(notification_id, at=timezone.now())


@shared_task(name="alerts.sweep_notifications", expires=30, soft_time_limit=20, time_limit=25)
def sweep_notifications() -> None:
    """Call workers to overdue messages: first calls that were lost, retries, leases of the dead."""
    ring(delivery.ids_to_ring(limit=SWEEP_LIMIT))


@shared_task(name="alerts.review_held", expires=30, soft_time_limit=20, time_limit=25)
def review_held() -> None:
    """Call workers to messages that nothing hides any more; end what was said of channels that work again."""
    at = timezone.now()
    ring(delivery.review_held(REVIEW_LIMIT, at=at))
    delivery.close_recovered(at=at)


@shared_task(
    name="alerts.seal_ledger", expires=600, soft_time_limit=280, time_limit=300, **TRANSIENT
)
def seal_ledger() -> None:
    """Seal the days of the ledger that are over."""
    ledger.seal_due(at=timezone.now())


def ring(notification_ids: Iterable[int]) -> None:
    """Call a worker to each message. Where the broker is away the sweep makes up for it later."""
    call_workers(deliver_notification, notification_ids)
