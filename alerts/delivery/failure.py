"""Writes down a try that failed: tried again later, or final, told elsewhere and said of the channel itself."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from alerts.channels.base import DeliveryError
from alerts.delivery.backoff import asked_wait_seconds
from alerts.delivery.channel_gate import pause
from alerts.delivery.claim import Claim
from alerts.delivery.fallback import tell_another
from alerts.delivery.meta import say_that_it_fails
from alerts.delivery.settle import LONGEST_TEXT, Try, finish, held_by, record_tries, report
from alerts.delivery.verdict import Verdict
from alerts.models import Alert, Notification
from alerts.models.attempt import Outcome
from alerts.models.notification import Status

_REFUSED = frozenset({Status.FAILED, Status.DEAD})
Verdicts = Mapping[int, Verdict]
"""By the id of the message."""


def settle_failed(
    claim: Claim, verdicts: Verdicts, failure: DeliveryError, tried: Try
) -> Status | None:
    """Record a failure for all that the message spoke for; return the status of the first, None if fenced.

    Locks alerts, then messages, then the state of the channel, as everybody does.
    """
    with transaction.atomic():
        alerts = _locked_alerts(claim, verdicts)
        kept = held_by(claim)
        for verdict, ids in _alike({pk: verdicts[pk] for pk in kept}).items():
            finish(ids, verdict.status, _changes(verdict, failure.reason))
        outcomes = {pk: verdict.outcome for pk, verdict in verdicts.items()}
        record_tries(claim, kept, outcomes, failure.reason, tried)
        refused = [row for row in claim.rows if row.pk in kept and _is_refused(row, verdicts)]
        reasons = {
            row.pk: _tell_another(row, alerts[row.alert_id], failure.reason) for row in refused
        }
        if kept and failure.retry_after_seconds is not None and not failure.permanent:
            wait = timedelta(seconds=asked_wait_seconds(failure.retry_after_seconds))
            pause(claim.notification.channel, wait, failure.reason)
        if refused:
            say_that_it_fails(refused, failure.reason, at=tried.at)
    statuses = {
        pk: (verdicts[pk].status, verdicts[pk].outcome.value, reasons.get(pk, failure.reason))
        for pk in kept
    }
    return report(claim, statuses, fenced_result=verdicts[claim.notification.pk].outcome.value)


def _locked_alerts(claim: Claim, verdicts: Verdicts) -> dict[UUID, Alert]:
    """Lock the alerts of what is refused, before their messages, as a transition does."""
    refused = {row.alert_id for row in claim.rows if _is_refused(row, verdicts)}
    if not refused:
        return {}
    alerts = Alert.objects.filter(pk__in=refused).order_by("pk").select_for_update(no_key=True)
    return {alert.pk: alert for alert in alerts}


def _is_refused(row: Notification, verdicts: Verdicts) -> bool:
    return verdicts[row.pk].status in _REFUSED


def _alike(verdicts: Verdicts) -> dict[Verdict, list[int]]:
    alike: dict[Verdict, list[int]] = defaultdict(list)
    for pk, verdict in verdicts.items():
        alike[verdict].append(pk)
    return alike


def _changes(verdict: Verdict, reason: str) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "reason": reason[:LONGEST_TEXT],
        "postponements": verdict.postponements,
        "asked_to_wait_seconds": verdict.asked_to_wait_seconds,
    }
    if verdict.outcome == Outcome.UNKNOWN:
        changes["in_doubt"] = True
    if verdict.wait is not None:
        changes["due_at"] = Now() + verdict.wait
    return changes


def _tell_another(row: Notification, alert: Alert, reason: str) -> str:
    consequence = tell_another(row, alert)
    if not consequence:
        return reason
    reason = f"{reason[: LONGEST_TEXT - len(consequence) - 2]}; {consequence}"
    Notification.objects.filter(pk=row.pk).update(reason=reason)
    return reason
