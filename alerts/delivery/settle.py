"""Writes down how a try ended, if the right to send still holds: a sender that came too late changes nothing."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from alerts.channels.base import Receipt
from alerts.delivery.claim import Claim
from alerts.delivery.fallback import tell_another
from alerts.delivery.stages import Hold
from alerts.delivery.verdict import Verdict
from alerts.models import Alert, Notification, NotificationAttempt
from alerts.models.attempt import Outcome
from alerts.models.notification import Status
from monitoring.exposition.instruments import count, observe

logger = logging.getLogger(__name__)

_LONGEST_TEXT = 500
_LONGEST_REFERENCE = 255
_REFUSED = frozenset({Status.FAILED, Status.DEAD})

_EVENTS = {
    Status.SENT: (logging.INFO, "notification sent"),
    Status.PENDING: (logging.WARNING, "notification postponed"),
    Status.FAILED: (logging.ERROR, "notification refused"),
    Status.DEAD: (logging.ERROR, "notification given up"),
    Status.SUPERSEDED: (logging.INFO, "notification superseded"),
}


@dataclass(frozen=True, slots=True)
class Try:
    """When a try began, by the sender's clock, and how long it took."""

    at: datetime
    latency_ms: float


def settle_sent(claim: Claim, receipt: Receipt, tried: Try) -> Status | None:
    """Record that the other side took the message; return its status, None if fenced."""
    changes = {
        "provider_ref": receipt.reference[:_LONGEST_REFERENCE],
        "sent_at": tried.at,
        "reason": "",
    }
    with transaction.atomic():
        kept = _finish(claim, Status.SENT, changes)
        _record(claim, Outcome.SENT if kept else Outcome.FENCED, receipt.reply, tried)
    if not kept:
        _report_fenced(claim, "sent")
        return None
    labels = {"channel": claim.notification.channel}
    observe("notification_delay_seconds", labels, claim.delay_seconds)
    return _report(claim, Status.SENT, Outcome.SENT.value, receipt.reply)


def settle_failed(claim: Claim, verdict: Verdict, reason: str, tried: Try) -> Status | None:
    """Record a failure: tried again later, or final and told elsewhere; return the status, None if fenced."""
    changes: dict[str, Any] = {
        "reason": reason[:_LONGEST_TEXT],
        "postponements": verdict.postponements,
        "asked_to_wait_seconds": verdict.asked_to_wait_seconds,
        "in_doubt": claim.notification.in_doubt or verdict.outcome == Outcome.UNKNOWN,
    }
    if verdict.wait is not None:
        changes["due_at"] = Now() + verdict.wait
    with transaction.atomic():
        alert = _locked_alert(claim) if verdict.status in _REFUSED else None
        kept = _finish(claim, verdict.status, changes)
        _record(claim, verdict.outcome if kept else Outcome.FENCED, reason, tried)
        if kept and alert is not None:
            reason = _tell_another(claim, alert, reason)
    if not kept:
        _report_fenced(claim, verdict.outcome.value)
        return None
    return _report(claim, verdict.status, verdict.outcome.value, reason)


def settle_held(claim: Claim, hold: Hold) -> Status | None:
    """Record that the message is not sent, and why; no try was made, so the ledger has none."""
    if not _finish(claim, hold.status, {"reason": hold.reason}):
        _report_fenced(claim, hold.status.value)
        return None
    return _report(claim, hold.status, hold.status.value, hold.reason)


def _finish(claim: Claim, status: Status, changes: dict[str, Any]) -> bool:
    """Change the row if the claim still holds. After its lease has ended it holds until another claims."""
    mine = Notification.objects.filter(
        pk=claim.notification.pk, lease_token=claim.token, status=Status.LEASED
    )
    return bool(mine.update(status=status, lease_token=None, **changes))


def _record(claim: Claim, outcome: Outcome, detail: str, tried: Try) -> None:
    """Add the try to the ledger, unless the message and its alert were deleted meanwhile."""
    row = Notification.objects.filter(pk=claim.notification.pk)
    if outcome == Outcome.FENCED and not row.exists():
        return
    NotificationAttempt.objects.create(
        notification_id=claim.notification.pk,
        at=tried.at,
        outcome=outcome,
        detail=detail[:_LONGEST_TEXT],
        latency_ms=tried.latency_ms,
    )


def _locked_alert(claim: Claim) -> Alert | None:
    """Lock the alert before its message, in the order in which a transition writes them."""
    alerts = Alert.objects.select_for_update(no_key=True)
    return alerts.filter(pk=claim.notification.alert_id).first()


def _tell_another(claim: Claim, alert: Alert, reason: str) -> str:
    consequence = tell_another(claim.notification, alert)
    if not consequence:
        return reason
    reason = f"{reason[: _LONGEST_TEXT - len(consequence) - 2]}; {consequence}"
    Notification.objects.filter(pk=claim.notification.pk).update(reason=reason)
    return reason


def _report(claim: Claim, status: Status, outcome: str, detail: str) -> Status:
    """Count and log it; a message given up counts as `dead`, whatever its last try was."""
    outcome = status.value if status == Status.DEAD else outcome
    count("notifications_total", {"channel": claim.notification.channel, "outcome": outcome})
    level, event = _EVENTS[status]
    logger.log(level, event, extra=_fields(claim, detail))
    return status


def _report_fenced(claim: Claim, result: str) -> None:
    count("notifications_total", {"channel": claim.notification.channel, "outcome": "fenced"})
    logger.warning("notification fenced", extra=_fields(claim, f"dropped result: {result}"))


def _fields(claim: Claim, detail: str) -> dict[str, Any]:
    """Return what a log line tells; the recipient may be an address with a secret in it."""
    notification = claim.notification
    return {
        "notification": notification.pk,
        "alert": str(notification.alert_id),
        "channel": notification.channel,
        "kind": notification.kind,
        "attempt": notification.attempts,
        "detail": detail,
    }
