"""Which alerts belong to an incident: each joining and leaving is an event."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.errors import AlertNotFoundError
from alerts.models import Alert, Event, Incident
from alerts.models.event import EventKind


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: the person (empty: by itself), and the door that they came through."""

    name: str
    via: str = ""


def alerts_by_id(alert_ids: Collection[UUID]) -> list[Alert]:
    """Return the alerts, by their first breach. Raises AlertNotFoundError naming one that is not there."""
    found = list(Alert.objects.filter(pk__in=alert_ids).order_by("started_at", "id"))
    missing = set(alert_ids) - {alert.pk for alert in found}
    if missing:
        raise AlertNotFoundError(f"no alert {min(missing)}")
    return found


def link(incident: Incident, alerts: Sequence[Alert], *, author: Author, at: datetime) -> int:
    """Add alerts to an incident that the caller holds; return how many were not in it yet.

    The services of the alerts become affected ones.
    """
    known = set(incident.alerts.values_list("pk", flat=True))
    new = [alert for alert in alerts if alert.pk not in known]
    incident.alerts.add(*new)
    _record(EventKind.LINKED, incident, new, author, at)
    services = sorted({alert.service for alert in new if alert.service})
    incident.affected_services = list(dict.fromkeys([*incident.affected_services, *services]))
    return len(new)


def unlink(incident: Incident, alerts: Sequence[Alert], *, author: Author, at: datetime) -> int:
    """Take alerts out of an incident that the caller holds; return how many were in it.

    The affected services stay: whether one still is affected is for a person to say.
    """
    known = set(incident.alerts.values_list("pk", flat=True))
    gone = [alert for alert in alerts if alert.pk in known]
    incident.alerts.remove(*gone)
    _record(EventKind.UNLINKED, incident, gone, author, at)
    return len(gone)


def _record(
    kind: EventKind, incident: Incident, alerts: Sequence[Alert], author: Author, at: datetime
) -> None:
    """Add one event for each alert; the number of statements does not grow with thousands of them."""
    Event.objects.bulk_create(
        [
            Event(
                kind=kind,
                # A pending alert is forgotten when its breach ends before it fires: an event must not hold it back.
                alert=alert if alert.fired_at else None,
                incident=incident,
                at=at,
                actor=author.name,
                via=author.via,
                detail={"alert": str(alert.pk), "title": alert.title},
            )
            for alert in alerts
        ],
        batch_size=1_000,
    )
