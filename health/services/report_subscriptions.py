"""Who gets which report by mail."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from health.models import ReportSubscription
from health.reports.errors import SubscriptionKnownError, SubscriptionNotFoundError

logger = logging.getLogger(__name__)


def add_subscription(fields: Mapping[str, Any], *, by: str) -> ReportSubscription:
    """Subscribe an address to a report. Raises SubscriptionKnownError."""
    subscription = _stored(ReportSubscription(**fields))
    logger.info("report subscribed", extra={"subscription": str(subscription.pk), "by": by})
    return subscription


def change_subscription(
    subscription_id: UUID, fields: Mapping[str, Any], *, by: str
) -> ReportSubscription:
    """Change some of its fields. Raises SubscriptionNotFoundError or SubscriptionKnownError."""
    subscription = subscription_by_id(subscription_id)
    for name, value in fields.items():
        setattr(subscription, name, value)
    changed = _stored(subscription)
    logger.info("report subscription changed", extra={"subscription": str(changed.pk), "by": by})
    return changed


def remove_subscription(subscription_id: UUID, *, by: str) -> None:
    """Forget a subscription; what it is still owed is not sent. Raises SubscriptionNotFoundError."""
    subscription_by_id(subscription_id).delete()
    logger.info("report unsubscribed", extra={"subscription": str(subscription_id), "by": by})


def unsubscribe(subscription_id: UUID) -> ReportSubscription:
    """Switch a subscription off, for who used the link of a mail; again changes nothing.

    Its row stays, so that the wish is known. Raises SubscriptionNotFoundError.
    """
    subscription = subscription_by_id(subscription_id)
    if ReportSubscription.objects.filter(pk=subscription_id, enabled=True).update(enabled=False):
        logger.info(
            "report unsubscribed", extra={"subscription": str(subscription_id), "by": "link"}
        )
    subscription.enabled = False
    return subscription


def subscription_by_id(subscription_id: UUID) -> ReportSubscription:
    """Return one subscription. Raises SubscriptionNotFoundError."""
    subscription = ReportSubscription.objects.filter(pk=subscription_id).first()
    if subscription is None:
        raise SubscriptionNotFoundError(f"no subscription {subscription_id}")
    return subscription


def _stored(subscription: ReportSubscription) -> ReportSubscription:
    try:
        with transaction.atomic():
            subscription.save()
    except IntegrityError as error:
        message = f"{subscription.email} gets the {subscription.period} {subscription.kind} report already"
        raise SubscriptionKnownError(message) from error
    return subscription
