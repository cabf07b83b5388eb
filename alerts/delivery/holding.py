"""Writes down that messages are not sent: for good, or until what hides them has ended."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from alerts import events
from alerts.delivery.claim import Claim, carrier
from alerts.delivery.settle import LONGEST_TEXT, finish, held_by, report
from alerts.delivery.stages import Hold, Holds
from alerts.models import Notification
from alerts.models.event import EventKind
from alerts.models.notification import Status
from alerts.muting import Hidden, count_hidden


def settle_held(claim: Claim, holds: Holds, *, at: datetime) -> Status | None:
    """Record that messages are not sent, and why; no try was made, so the ledger has none.

    Return the status of the first, None if it was fenced. What is left of the claim gets a new first message.
    """
    with transaction.atomic():
        kept = held_by(claim)
        for hold, ids in _alike({pk: holds[pk] for pk in kept if pk in holds}).items():
            finish(ids, hold.status, _changes(hold))
        _note_hidden([row for row in claim.rows if row.pk in kept and row.pk in holds], holds, at)
        left = [pk for pk in (row.pk for row in claim.rows) if pk in kept and pk not in holds]
        if left:
            Notification.objects.filter(pk__in=left).update(carried_by=carrier(left))
    gone = _claim_on(claim, holds)
    statuses = {
        pk: (hold.status, hold.status.value, hold.reason)
        for pk, hold in holds.items()
        if pk in kept
    }
    return report(gone, statuses, fenced_result=next(iter(holds.values())).status.value)


def hidden_columns(reason: Hidden) -> dict[str, Any]:
    """Return what a row says of what hides it."""
    return {
        "held_by": reason.by.value,
        "held_for": reason.id,
        "reason": reason.reason[:LONGEST_TEXT],
    }


def _changes(hold: Hold) -> dict[str, Any]:
    if hold.hidden is None:
        return {"reason": hold.reason[:LONGEST_TEXT], "carried_by": None}
    # Nothing was tried: the time that it may take begins when it is released.
    return {
        **hidden_columns(hold.hidden),
        "held_at": Now(),
        "attempts": F("attempts") - 1,
        "first_tried_at": None,
        "carried_by": None,
    }


def _note_hidden(rows: Sequence[Notification], holds: Mapping[int, Hold], at: datetime) -> None:
    """Add to the timelines that alerts are hidden, once for each alert however many messages wait."""
    hidden = {row.alert_id: row for row in rows if holds[row.pk].hidden}
    waiting = Notification.objects.filter(alert__in=hidden, status=Status.HELD)
    known = set(waiting.exclude(pk__in=[row.pk for row in rows]).values_list("alert", flat=True))
    for alert_id, row in hidden.items():
        reason = holds[row.pk].hidden
        if reason is not None and alert_id not in known:
            detail = {"by": reason.by.value, "id": reason.id, "reason": reason.reason}
            events.record(EventKind.HIDDEN, alert=row.alert, at=at, detail=detail)
            count_hidden(reason)


def _alike(holds: Holds) -> dict[Hold, list[int]]:
    alike: dict[Hold, list[int]] = defaultdict(list)
    for pk, hold in holds.items():
        alike[hold].append(pk)
    return alike


def _claim_on(claim: Claim, ids: Collection[int]) -> Claim:
    others = {row.pk for row in claim.rows} - set(ids)
    gone = claim.without(others)
    return claim if gone is None else gone
