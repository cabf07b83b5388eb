"""Writes timelines: what happened to alerts and incidents, in the transaction in which it happened."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from alerts.models import Alert, Event, Incident
from alerts.models.event import EventKind


def record(
    kind: EventKind,
    *,
    alert: Alert | None = None,
    incident: Incident | None = None,
    at: datetime,
    actor: str = "",
    via: str = "",
    detail: Mapping[str, Any] | None = None,
) -> Event:
    """Add one event; `actor` is the person, none if it came by itself, `via` the door that they used."""
    return Event.objects.create(
        kind=kind,
        alert=alert,
        incident=incident,
        at=at,
        actor=actor,
        via=via,
        detail=dict(detail or {}),
    )


def record_for_all(
    kind: EventKind, alerts: Iterable[Alert], *, at: datetime, actor: str = "", via: str = ""
) -> None:
    """Add the same event to each alert, with the value seen; the number of statements does not grow."""
    Event.objects.bulk_create(
        [
            Event(
                kind=kind, alert=alert, at=at, actor=actor, via=via, detail={"value": alert.value}
            )
            for alert in alerts
        ],
        batch_size=1_000,
    )
