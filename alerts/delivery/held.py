"""Looks at messages that are hidden: sent once nothing hides them, settled once they are moot. None is forgotten."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from alerts import events
from alerts.delivery.holding import hidden_columns
from alerts.delivery.settle import LONGEST_TEXT, finish
from alerts.models import Alert, Notification
from alerts.models.alert import State
from alerts.models.event import EventKind
from alerts.models.notification import Status
from alerts.muting import Hidden, why_hidden
from monitoring.exposition.instruments import count

logger = logging.getLogger(__name__)

OVER_WHILE_HIDDEN = "over while it was hidden"


def review_held(limit: int, *, at: datetime) -> list[int]:
    """Look again at hidden messages, those longest unseen first; return those that are due now.

    Released: nothing hides the alert any more, and it still fires. Settled: it is over, and who was not told of
    its beginning need not hear of it; the row keeps what hid it. Two reviews at once take different alerts.
    """
    waiting = Notification.objects.filter(status=Status.HELD)
    seen = waiting.order_by(F("rung_at").asc(nulls_first=True), "held_at", "pk")
    alert_ids = set(seen.values_list("alert", flat=True)[:limit])
    if not alert_ids:
        return []
    with transaction.atomic():
        # Alerts before messages; nobody ends one while we decide that it still fires.
        alerts = Alert.objects.filter(pk__in=alert_ids).order_by("pk")
        locked = {each.pk: each for each in alerts.select_for_update(no_key=True, skip_locked=True)}
        rows = _by_alert(locked)
        hidden = why_hidden([each for each in locked.values() if _fires(each)], at=at)
        released = []
        for alert_id, own in rows.items():
            if not _fires(locked[alert_id]):
                _suppress(own)
            elif alert_id in hidden:
                _keep(own, hidden[alert_id])
            else:
                released += _release(locked[alert_id], own, at)
    return released


def _by_alert(alerts: Mapping[UUID, Alert]) -> Mapping[UUID, Sequence[Notification]]:
    """Lock the hidden messages of the alerts, in the order of their keys."""
    rows = Notification.objects.filter(alert__in=alerts, status=Status.HELD).order_by("pk")
    by_alert: dict[UUID, list[Notification]] = defaultdict(list)
    for row in rows.defer("payload").select_for_update(no_key=True):
        by_alert[row.alert_id].append(row)
    return by_alert


def _fires(alert: Alert) -> bool:
    return bool(alert.state == State.FIRING)


def _release(alert: Alert, rows: Sequence[Notification], at: datetime) -> list[int]:
    ids = [row.pk for row in rows]
    finish(ids, Status.PENDING, {"due_at": Now(), "rung_at": None, "reason": ""})
    detail: dict[str, Any] = {"by": rows[0].held_by, "id": rows[0].held_for, "messages": len(ids)}
    events.record(EventKind.RELEASED, alert=alert, at=at, detail=detail)
    logger.info("notifications released", extra={"alert": str(alert.pk), "messages": len(ids)})
    return ids


def _keep(rows: Sequence[Notification], reason: Hidden) -> None:
    """Note that they were looked at, and what hides them by now."""
    ids = [row.pk for row in rows]
    Notification.objects.filter(pk__in=ids).update(rung_at=Now(), **hidden_columns(reason))


def _suppress(rows: Sequence[Notification]) -> None:
    for row in rows:
        reason = f"{OVER_WHILE_HIDDEN}: {row.reason}"
        finish([row.pk], Status.SUPPRESSED, {"reason": reason[:LONGEST_TEXT]})
        count("notifications_total", {"channel": row.channel, "outcome": Status.SUPPRESSED.value})
