"""What a provider reports of a message after it took it: kept, and told elsewhere if it never arrived."""

import logging
from datetime import datetime

from django.db import transaction

from alerts.delivery.fallback import UNDELIVERED, tell_another
from alerts.errors import NotificationNotFoundError
from alerts.models import Alert, Notification, NotificationReceipt

logger = logging.getLogger(__name__)

_LONGEST_STATUS = 32
_LONGEST_DETAIL = 500


def record_receipt(
    notification_id: int, status: str, detail: str, at: datetime
) -> NotificationReceipt:
    """Keep what the provider says of a message; the same status twice is kept once.

    A message that could not be delivered after all is owed on another channel, with all that it spoke for; its
    row stays as it was settled. Raises NotificationNotFoundError.
    """
    with transaction.atomic():
        told = Notification.objects.filter(pk=notification_id).first()
        if told is None:
            raise NotificationNotFoundError(f"no notification {notification_id}")
        rows = [told, *told.carried.order_by("pk")]
        ids = {row.alert_id for row in rows}
        locked = Alert.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
        alerts = {alert.pk: alert for alert in locked}
        receipt, is_new = NotificationReceipt.objects.get_or_create(
            notification=told,
            status=status[:_LONGEST_STATUS],
            defaults={"detail": detail[:_LONGEST_DETAIL], "at": at},
        )
        if is_new and status in UNDELIVERED:
            for row in rows:
                consequence = tell_another(row, alerts[row.alert_id])
                _log(row, status, consequence)
    return receipt


def _log(row: Notification, status: str, consequence: str) -> None:
    logger.warning(
        "notification not delivered",
        extra={
            "notification": row.pk,
            "channel": row.channel,
            "status": status,
            "consequence": consequence or "somebody else hears it",
        },
    )
