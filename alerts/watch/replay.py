"""Writes into the ledger, once PostgreSQL is back, what the watchdog told while it was away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from alerts import events
from alerts.models import Alert, Notification, NotificationAttempt
from alerts.models.alert import Source, State
from alerts.models.attempt import Outcome
from alerts.models.choices import Severity
from alerts.models.event import EventKind
from alerts.models.notification import Kind, Status

FINGERPRINT = "watchdog:outage"


@transaction.atomic
def replay(entries: Sequence[Mapping[str, Any]], *, at: datetime) -> int:
    """Write one alert for each outage and one row for each thing told; return how many rows were new.

    It may be called again for the same entries, after a crash in between: what is there already stays.
    """
    outages = {UUID(entry["outage"]): entry for entry in entries}
    for outage, entry in outages.items():
        _alert(outage, entry, at)
    by_key: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries:
        by_key.setdefault(str(entry["dedup_key"]), []).append(entry)
    return sum(_row(tries) for tries in by_key.values())


def _alert(outage: UUID, entry: Mapping[str, Any], at: datetime) -> None:
    payload = entry["payload"]
    since = datetime.fromisoformat(payload["started_at"])
    alert, is_new = Alert.objects.get_or_create(
        pk=outage,
        defaults={
            "rule": None,
            "source": Source.META,
            "fingerprint": FINGERPRINT,
            "title": payload["title"],
            "description": payload["description"],
            "severity": Severity.CRITICAL,
            "state": State.RESOLVED,
            "service": payload["service"],
            "started_at": since,
            "fired_at": since,
            "notify_at": since,
            "resolved_at": at,
            "last_evaluated_at": at,
            "transition_seq": 2,
            "resolution_note": "PostgreSQL answers again.",
        },
    )
    if is_new:
        events.record(EventKind.FIRED, alert=alert, at=since)
        events.record(EventKind.RESOLVED, alert=alert, at=at)


def _row(tries: Sequence[Mapping[str, Any]]) -> int:
    last = tries[-1]
    reached = next((each for each in tries if each["reached"]), None)
    row, is_new = Notification.objects.get_or_create(
        dedup_key=last["dedup_key"],
        defaults={
            "alert_id": UUID(last["outage"]),
            "transition_seq": 1 if last["kind"] == Kind.FIRING else 2,
            "kind": last["kind"],
            "channel": last["channel"],
            "recipient": last["recipient"],
            "severity": Severity.CRITICAL,
            "payload": last["payload"],
            "status": Status.SENT if reached else Status.DEAD,
            "sent_at": datetime.fromisoformat(reached["at"]) if reached else None,
            "provider_ref": str(reached.get("reference", ""))[:255] if reached else "",
            "reason": "" if reached else str(last["detail"])[:500],
            "attempts": len(tries),
            "settled_at": Now(),
        },
    )
    if is_new:
        NotificationAttempt.objects.bulk_create([_attempt(row, each) for each in tries])
    return int(is_new)


def _attempt(row: Notification, entry: Mapping[str, Any]) -> NotificationAttempt:
    return NotificationAttempt(
        notification=row,
        at=datetime.fromisoformat(entry["at"]),
        outcome=Outcome.SENT if entry["reached"] else Outcome.TRANSIENT,
        detail=f"by the watchdog: {entry['detail']}"[:500],
        latency_ms=0.0,
    )
