"""One try to send one message, from the claim to the ledger."""

import logging
import random
import time
from datetime import datetime

from django.conf import settings

from alerts.channels import registry
from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery.claim import Claim, take
from alerts.delivery.settle import Try, settle_failed, settle_held, settle_sent
from alerts.delivery.stages import reason_to_hold
from alerts.delivery.verdict import Progress, judge
from alerts.messages import message_of
from alerts.models.notification import Status
from monitoring.outbound import Deadline

logger = logging.getLogger(__name__)


def deliver(notification_id: int, *, at: datetime) -> Status | None:
    """Try once to send a message that is due; return what became of it.

    None means that this call changed nothing: not due, not its turn, another sender has it, or had
    it by the time this one was done. Leases go by the clock of the database; `at` is the instant
    that the ledger and the message name. Killed anywhere in here, the message is sent again after
    its lease. May not be called inside a transaction: the claim is committed before anything is sent.
    """
    claim = take(notification_id)
    if claim is None:
        return None
    hold = reason_to_hold(claim.notification)
    if hold is not None:
        return settle_held(claim, hold)
    if not claim.covers(settings.NOTIFICATION_SEND_TIMEOUT):
        # The process stood still between claim and send: another may take it over in the middle.
        logger.warning("notification left to its lease", extra={"notification": notification_id})
        return None
    started = time.monotonic()
    try:
        receipt = _send(claim, at)
    except DeliveryError as failure:
        return _settle_failure(claim, failure, _try(at, started))
    return settle_sent(claim, receipt, _try(at, started))


def _send(claim: Claim, at: datetime) -> Receipt:
    """Hand the message to its channel. Raises DeliveryError for whatever goes wrong in there."""
    notification = claim.notification
    problem = registry.why_unusable(notification.channel)
    if problem:
        raise DeliveryError(problem, permanent=True)
    deadline = Deadline(settings.NOTIFICATION_SEND_TIMEOUT.total_seconds())
    try:
        return registry.CHANNELS[notification.channel].send(
            message_of(notification, at=at), deadline
        )
    except DeliveryError:
        raise
    except Exception as error:  # a fault in one channel must end in that message's back-off
        logger.exception("channel is broken", extra={"channel": notification.channel})
        raise DeliveryError(
            f"fault in the channel: {type(error).__name__}", in_doubt=True
        ) from error


def _settle_failure(claim: Claim, failure: DeliveryError, tried: Try) -> Status | None:
    notification = claim.notification
    progress = Progress(
        notification.postponements, notification.asked_to_wait_seconds, claim.trying_for
    )
    verdict = judge(
        failure,
        progress,
        budget=settings.NOTIFICATION_BUDGET,
        jitter=random.random(),  # noqa: S311 - spreads retries, guards nothing
    )
    return settle_failed(claim, verdict, failure.reason, tried)


def _try(at: datetime, started: float) -> Try:
    return Try(at, (time.monotonic() - started) * 1_000)
