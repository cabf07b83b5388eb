"""One try to send one message, from the claim to the ledger."""

import logging
import random
import time
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from alerts.channels import registry
from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery.claim import Claim, take
from alerts.delivery.failure import settle_failed
from alerts.delivery.holding import settle_held
from alerts.delivery.settle import Try, settle_sent
from alerts.delivery.stages import reasons_to_hold
from alerts.delivery.verdict import Progress, Verdict, judge
from alerts.messages import Message, message_of
from alerts.models import Notification
from alerts.models.notification import Status
from monitoring.outbound import Deadline

logger = logging.getLogger(__name__)


def deliver(notification_id: int, *, at: datetime) -> Status | None:
    """Try once to send a message that is due, and whatever it speaks for; return what became of it.

    None means that this call changed nothing: not due, not its turn, its channel paused, another sender has
    it, or had it by the time this one was done. Leases go by the clock of the database; `at` is the instant
    that the ledger and the message name. Killed anywhere in here, the message is sent again after
    its lease. May not be called inside a transaction: the claim is committed before anything is sent.
    """
    claim = take(notification_id)
    if claim is None:
        return None
    holds = reasons_to_hold(claim.rows, at=at)
    if holds:
        held = settle_held(claim, holds, at=at)
        claim = claim.without(holds)
        if claim is None:
            return held
    if not claim.covers(settings.NOTIFICATION_SEND_TIMEOUT):
        # The process stood still between claim and send: another may take it over in the middle.
        logger.warning("notification left to its lease", extra={"notification": notification_id})
        return None
    started = time.monotonic()
    try:
        receipt = _send(claim, at)
    except DeliveryError as failure:
        verdicts = _verdicts(claim, failure)
        return settle_failed(claim, verdicts, failure, _try(at, started))
    return settle_sent(claim, receipt, _try(at, started))


def _send(claim: Claim, at: datetime) -> Receipt:
    """Hand the message to its channel. Raises DeliveryError for whatever goes wrong in there."""
    channel = claim.notification.channel
    problem = registry.why_unusable(channel)
    if problem:
        raise DeliveryError(problem, permanent=True)
    deadline = Deadline(settings.NOTIFICATION_SEND_TIMEOUT.total_seconds())
    try:
        return registry.CHANNELS[channel].send(_message(claim, at), deadline)
    except DeliveryError:
        raise
    except Exception as error:  # a fault in one channel must end in that message's back-off
        logger.exception("channel is broken", extra={"channel": channel})
        raise DeliveryError(
            f"fault in the channel: {type(error).__name__}", in_doubt=True
        ) from error


def _message(claim: Claim, at: datetime) -> Message:
    message = message_of(claim.notification, at=at)
    payloads = tuple(row.payload for row in claim.members)
    return replace(message, members=payloads, first_reference=_first_reference(claim))


def _first_reference(claim: Claim) -> str:
    """Return the receipt of the first message to the recipient about this alert, and about nothing else.

    One that spoke for several alerts must not be edited into what became of one of them.
    """
    row = claim.notification
    if claim.members or not registry.CHANNELS[row.channel].follows:
        return ""
    sent = Notification.objects.filter(
        alert=row.alert_id, channel=row.channel, recipient=row.recipient, status=Status.SENT
    )
    alone = sent.filter(carried_by=None, carried=None).exclude(provider_ref="")
    return alone.order_by("pk").values_list("provider_ref", flat=True).first() or ""


def _verdicts(claim: Claim, failure: DeliveryError) -> dict[int, Verdict]:
    """Judge each message by its own progress: one that joined late is not given up with the first."""
    jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
    return {
        row.pk: judge(
            failure,
            Progress(row.postponements, row.asked_to_wait_seconds, claim.trying_for(row)),
            budget=settings.NOTIFICATION_BUDGET,
            jitter=jitter,
        )
        for row in claim.rows
    }


def _try(at: datetime, started: float) -> Try:
    return Try(at, (time.monotonic() - started) * 1_000)
