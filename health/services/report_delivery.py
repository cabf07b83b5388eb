"""Mails reports to who subscribed: owed with the report, claimed by a lease, tried for a day, sent at least once.

Killed between the reply of the mail server and the row, a mail is sent once more after its lease, under the same
Message-ID, so that a mailbox may collapse the two.
"""

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from alerts.channels.base import DeliveryError
from alerts.channels.smtp import hand_over
from alerts.delivery.backoff import backoff_seconds
from health.models import Report, ReportDelivery, ReportFile, ReportSubscription
from health.models.report import DeliveryStatus
from health.reports.formats import FORMATS, document_of, file_name
from health.reports.links import unsubscribe_url
from health.reports.mail import Attachment, Envelope, compose
from monitoring.outbound import Deadline

logger = logging.getLogger(__name__)

BUDGET = timedelta(days=1)
"""A mail server that is away for a night costs nobody a report."""
_SHORTEST_LEASE = timedelta(seconds=60)
_OWED = (DeliveryStatus.PENDING, DeliveryStatus.LEASED)
_LONGEST_REASON = 500
_LONGEST_REFERENCE = 255


@dataclass(frozen=True, slots=True)
class _Claim:
    """The right to send one report to one address until the lease ends; `token` proves it."""

    delivery: ReportDelivery
    token: UUID
    trying_for: timedelta

    @property
    def mine(self) -> QuerySet[ReportDelivery]:
        """The row, while nobody else has claimed it."""
        return ReportDelivery.objects.filter(
            pk=self.delivery.pk, lease_token=self.token, status=DeliveryStatus.LEASED
        )


def owe_deliveries(report: Report) -> int:
    """Write down who is to get a scheduled report, once each; return how many. What a person asked for stays."""
    if report.asked_by:
        return 0
    wanted = ReportSubscription.objects.filter(kind=report.kind, period=report.period, enabled=True)
    owed = [ReportDelivery(report=report, email=each.email, format=each.format) for each in wanted]
    return len(ReportDelivery.objects.bulk_create(owed, ignore_conflicts=True))


def due_deliveries(*, limit: int) -> list[int]:
    """Return deliveries that can be tried now, by the clock of the database."""
    return list(_due().order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def deliver_report(delivery_id: int, *, at: datetime) -> DeliveryStatus | None:
    """Try once to send a report that is due; return what became of it, None if there was nothing to do.

    May not be called inside a transaction: the claim is committed before anything is sent.
    """
    claim = _take(delivery_id)
    if claim is None:
        return None
    subscription = _subscription_of(claim.delivery)
    if subscription is None:
        return _refused(claim, "The address unsubscribed before it was sent.")
    try:
        reply = _send(claim.delivery, subscription)
    except DeliveryError as failure:
        return _failed(claim, failure)
    return _sent(claim, reply, at)


def message_id(delivery: ReportDelivery) -> str:
    """Return the Message-ID of all tries."""
    return f"<report-{delivery.report_id}-{delivery.pk}@{settings.SERVICE_NAME}>"


def _due() -> QuerySet[ReportDelivery]:
    return ReportDelivery.objects.filter(status__in=_OWED, due_at__lte=Now())


def _take(delivery_id: int) -> _Claim | None:
    token = uuid4()
    lease = max(_SHORTEST_LEASE, 2 * settings.NOTIFICATION_SEND_TIMEOUT)
    with transaction.atomic(durable=True):
        free = _due().select_for_update(skip_locked=True, no_key=True).filter(pk=delivery_id)
        if not free.exists():
            return None
        ReportDelivery.objects.filter(pk=delivery_id).update(
            status=DeliveryStatus.LEASED,
            lease_token=token,
            attempts=F("attempts") + 1,
            due_at=Now() + lease,
        )
        rows = ReportDelivery.objects.select_related("report").annotate(database_now=Now())
        delivery = rows.get(pk=delivery_id)
    return _Claim(delivery, token, delivery.database_now - delivery.created_at)


def _subscription_of(delivery: ReportDelivery) -> ReportSubscription | None:
    report = delivery.report
    return ReportSubscription.objects.filter(
        email=delivery.email, kind=report.kind, period=report.period, enabled=True
    ).first()


def _send(delivery: ReportDelivery, subscription: ReportSubscription) -> str:
    """Hand the mail over and return the reply. Raises DeliveryError for whatever goes wrong."""
    if not settings.SMTP_HOST:
        raise DeliveryError("SMTP_HOST is not set")
    deadline = Deadline(settings.NOTIFICATION_SEND_TIMEOUT.total_seconds())
    try:
        return hand_over(_mail(delivery, subscription), delivery.email, deadline)
    except DeliveryError:
        raise
    except Exception as error:  # a fault in here must end in the back-off of this one mail
        logger.exception("report not sent", extra={"delivery": delivery.pk})
        raise DeliveryError(f"fault: {type(error).__name__}") from error


def _mail(delivery: ReportDelivery, subscription: ReportSubscription) -> bytes:
    report = delivery.report
    file = ReportFile.objects.get(report=report, format=delivery.format)
    data = report.data or {}
    envelope = Envelope(
        sender=settings.ALERT_FROM_EMAIL,
        recipient=delivery.email,
        message_id=message_id(delivery),
        at=report.finished_at or report.created_at,
        unsubscribe_url=unsubscribe_url(subscription.pk),
    )
    attachment = Attachment(
        file_name(data, delivery.format),
        FORMATS[delivery.format].content_type,
        bytes(file.content),
    )
    document = document_of(data, settings.SERVICE_NAME)
    try:
        return compose(document, attachment, envelope).as_bytes()
    except ValueError as error:  # an address that cannot be written into a header
        raise DeliveryError(f"the mail cannot be written: {error}", permanent=True) from error


def _sent(claim: _Claim, reply: str, at: datetime) -> DeliveryStatus | None:
    reference = f"{message_id(claim.delivery)} {reply}"[:_LONGEST_REFERENCE]
    kept = claim.mine.update(
        status=DeliveryStatus.SENT, lease_token=None, sent_at=at, reason="", reference=reference
    )
    logger.info("report sent", extra={"delivery": claim.delivery.pk, "reply": reply})
    return DeliveryStatus.SENT if kept else None


def _failed(claim: _Claim, failure: DeliveryError) -> DeliveryStatus | None:
    """Try again later, unless the other side said that it never takes it, or the day is over."""
    if failure.permanent:
        return _refused(claim, failure.reason)
    if claim.trying_for >= BUDGET:
        return _refused(claim, f"Given up after a day: {failure.reason}")
    jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
    wait = timedelta(seconds=backoff_seconds(claim.delivery.attempts, jitter))
    kept = claim.mine.update(
        status=DeliveryStatus.PENDING,
        lease_token=None,
        due_at=Now() + wait,
        reason=failure.reason[:_LONGEST_REASON],
    )
    logger.warning(
        "report postponed", extra={"delivery": claim.delivery.pk, "reason": failure.reason}
    )
    return DeliveryStatus.PENDING if kept else None


def _refused(claim: _Claim, reason: str) -> DeliveryStatus | None:
    kept = claim.mine.update(
        status=DeliveryStatus.FAILED, lease_token=None, reason=reason[:_LONGEST_REASON]
    )
    logger.error("report not sent", extra={"delivery": claim.delivery.pk, "reason": reason})
    return DeliveryStatus.FAILED if kept else None
