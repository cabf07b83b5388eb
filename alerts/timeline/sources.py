"""Reads the lines of an incident's timeline: one query for each origin, whatever the number of alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from alerts.models import Event, Incident, Notification, NotificationAttempt, NotificationReceipt
from alerts.models.notification import Status
from alerts.timeline.lines import Line, LinePage, Origin, Place, page_of_lines
from alerts.timeline.wording import attempt_text, event_text, receipt_text, settled_text

Row = TypeVar("Row", bound=Model)
# Ends of a message that no try of its own tells about; one carried by another row has none either.
_UNTRIED = (Status.DEAD, Status.SUPERSEDED, Status.SUPPRESSED)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Which part of a timeline is asked for: what stands after a line, until an instant, so many lines."""

    limit: int
    after: Place | None = None
    until: datetime | None = None


def timeline_of(incident: Incident, excerpt: Excerpt) -> LinePage:
    """Return a page of what happened to the incident and its alerts, the oldest first."""
    titles = dict(incident.alerts.values_list("pk", "title"))
    events = _excerpt(events_of(incident, titles), excerpt, Origin.EVENT, "at")
    return page_of_lines(
        [
            [_of_event(event, titles) for event in events],
            _attempts(titles, excerpt),
            _settled(titles, excerpt),
            _receipts(titles, excerpt),
        ],
        limit=excerpt.limit,
    )


def events_of(incident: Incident, alert_ids: Mapping[UUID, str]) -> QuerySet[Event]:
    """Return the events of the incident and of its alerts, in order.

    An alert that joined several incidents has an event for each: those of the others stay theirs.
    """
    of_alerts = Q(alert__in=list(alert_ids), incident=None)
    return Event.objects.filter(Q(incident=incident) | of_alerts).order_by("at", "id")


def _excerpt(rows: QuerySet[Row], excerpt: Excerpt, origin: Origin, at: str) -> QuerySet[Row]:
    """Return the rows of one origin that may be on the page, by keyset: a deep page costs no more than the first."""
    if excerpt.until is not None:
        rows = rows.filter(**{f"{at}__lte": excerpt.until})
    if excerpt.after is not None:
        rows = rows.filter(**{f"{at}__gte": excerpt.after.at}).exclude(
            _not_after(excerpt.after, origin, at)
        )
    return rows.order_by(at, "id")[: excerpt.limit + 1]


def _not_after(place: Place, origin: Origin, at: str) -> Q:
    """Say which rows of the cursor's own instant stand at or before it; of a later origin none do."""
    if origin > place.origin:
        return Q(pk__in=[])
    same_instant = Q(**{at: place.at})
    return same_instant & Q(pk__lte=place.number) if origin == place.origin else same_instant


def _of_event(event: Event, titles: Mapping[UUID, str]) -> Line:
    subject = titles.get(event.alert_id, "") if event.alert_id else ""
    return Line(
        place=Place(event.at, Origin.EVENT, event.pk),
        kind=event.kind,
        text=event_text(event.kind, event.detail, subject=subject, actor=event.actor),
        actor=event.actor,
        via=event.via,
        alert=event.alert_id,
    )


def _attempts(titles: Mapping[UUID, str], excerpt: Excerpt) -> list[Line]:
    rows = NotificationAttempt.objects.filter(notification__alert__in=list(titles))
    found = _excerpt(
        rows.select_related("notification").defer("notification__payload"),
        excerpt,
        Origin.ATTEMPT,
        "at",
    )
    return [
        _of_message(
            row.notification,
            Place(row.at, Origin.ATTEMPT, row.pk),
            f"message_{row.outcome}",
            attempt_text(
                kind=row.notification.kind,
                recipient=row.notification.recipient,
                outcome=row.outcome,
                detail=row.detail,
                subject=titles[row.notification.alert_id],
            ),
        )
        for row in found
    ]


def _settled(titles: Mapping[UUID, str], excerpt: Excerpt) -> list[Line]:
    """Return the ends of messages that no attempt tells."""
    rows = Notification.objects.filter(
        Q(status__in=_UNTRIED) | Q(carried_by__isnull=False),
        alert__in=list(titles),
        settled_at__isnull=False,
    )
    found = _excerpt(rows.defer("payload"), excerpt, Origin.SETTLED, "settled_at")
    return [
        _of_message(
            row,
            Place(row.settled_at, Origin.SETTLED, row.pk),
            f"message_{row.status}",
            settled_text(
                kind=row.kind,
                recipient=row.recipient,
                status=row.status,
                reason=row.reason,
                subject=titles[row.alert_id],
            ),
        )
        for row in found
        if row.settled_at is not None
    ]


def _receipts(titles: Mapping[UUID, str], excerpt: Excerpt) -> list[Line]:
    rows = NotificationReceipt.objects.filter(notification__alert__in=list(titles))
    found = _excerpt(
        rows.select_related("notification").defer("notification__payload"),
        excerpt,
        Origin.RECEIPT,
        "at",
    )
    return [
        _of_message(
            row.notification,
            Place(row.at, Origin.RECEIPT, row.pk),
            "message_receipt",
            receipt_text(
                kind=row.notification.kind,
                recipient=row.notification.recipient,
                status=row.status,
                detail=row.detail,
                subject=titles[row.notification.alert_id],
            ),
        )
        for row in found
    ]


def _of_message(message: Notification, place: Place, kind: str, text: str) -> Line:
    return Line(place=place, kind=kind, text=text, via=message.channel, alert=message.alert_id)
