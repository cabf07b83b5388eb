"""Celery edge of alerting. A task is a call to look at a row, never the only copy of a duty."""

import logging
from collections.abc import Iterable
from datetime import datetime
from math import ceil

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from alerts import delivery, services
from monitoring.retry import TRANSIENT

logger = logging.getLogger(__name__)

# A sweep calls workers to so many messages at most; the next one, two seconds later, to the next.
SWEEP_LIMIT = 200
_SEND_SECONDS = ceil(settings.NOTIFICATION_SEND_TIMEOUT.total_seconds())


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


def ring(notification_ids: Iterable[int]) -> None:
    """Call a worker to each message. Where the broker is away the sweep makes up for it later."""
    for notification_id in notification_ids:
        try:
            deliver_notification.delay(notification_id)
        except (OperationalError, OSError) as error:
            # Each further call would wait for the same timeout.
            logger.warning("workers not called", extra={"reason": str(error)})
            return
