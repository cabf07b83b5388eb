"""Writes of incidents: opened, worked on step by step, written up. Each change is an event of its timeline."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from alerts import events
from alerts.errors import IncidentClosedError, IncidentNotFoundError
from alerts.models import Alert, Event, Incident
from alerts.models.choices import Severity
from alerts.models.event import EventKind
from alerts.models.incident import IncidentSeverity, IncidentStatus
from alerts.services.incident_links import Author, alerts_by_id, link, unlink
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

# Alerts know three severities, incidents four: "high" is a person's judgement. Mildest first.
SEVERITY_OF_ALERT = {
    Severity.INFO: IncidentSeverity.LOW,
    Severity.WARNING: IncidentSeverity.MEDIUM,
    Severity.CRITICAL: IncidentSeverity.CRITICAL,
}
EDITABLE = (
    "title",
    "description",
    "severity",
    "affected_services",
    "detected_at",
    "root_cause",
    "resolution",
    "postmortem",
)
_ORDER = list(IncidentStatus)
_ENDED = {IncidentStatus.RESOLVED, IncidentStatus.CLOSED}


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """What a person says about a new incident; what is left out is taken from its alerts."""

    title: str = ""
    severity: str = ""
    description: str = ""
    affected_services: Sequence[str] = ()
    detected_at: datetime | None = None
    group_key: str = ""


def open_incident(
    alerts: Sequence[Alert],
    *,
    by: str,
    at: datetime | None = None,
    title: str = "",
    via: str = "",
) -> Incident:
    """Open one incident over these alerts: as severe as the worst, detected when the first began.

    Raises InvalidInputError without any alert.
    """
    if not alerts:
        raise InvalidInputError("an incident needs at least one alert")
    return create_incident(IncidentDraft(title=title), alerts, author=Author(by, via), at=at)


def create_incident(
    draft: IncidentDraft, alerts: Sequence[Alert] = (), *, author: Author, at: datetime | None
) -> Incident:
    """Open an incident, over alerts or over what only people know; `at` None is the database's now.

    Raises InvalidInputError where neither the draft nor an alert says what it is and how severe.
    """
    with transaction.atomic():
        incident = Incident.objects.create(**_columns(draft, alerts, at), opened_by=author.name)
        at = at or incident.created_at
        opening = {"title": incident.title, "severity": incident.severity}
        _record(EventKind.OPENED, incident, author, at, opening)
        link(incident, alerts, author=author, at=at)
        incident.updated_at = at
        incident.save(update_fields=["affected_services", "updated_at"])
    logger.info("incident opened", extra={"incident": str(incident.pk), "by": author.name})
    return incident


def update_incident(
    incident_id: UUID, changes: Mapping[str, Any], *, author: Author, at: datetime
) -> Incident:
    """Change some of an incident's EDITABLE fields, its `status`, or link and unlink alerts, all or nothing.

    `link_alerts` and `unlink_alerts` name alerts by id. What does not change anything leaves no event.
    Raises IncidentNotFoundError, AlertNotFoundError, IncidentClosedError or InvalidInputError.
    """
    with transaction.atomic():
        incident = _hold(incident_id)
        link(incident, alerts_by_id(changes.get("link_alerts", ())), author=author, at=at)
        unlink(incident, alerts_by_id(changes.get("unlink_alerts", ())), author=author, at=at)
        _edit(incident, changes, author, at)
        if "status" in changes:
            _move(incident, IncidentStatus(changes["status"]), author, at)
        incident.updated_at = at
        incident.save()
    return incident


def advance_incident(
    incident_id: UUID, to: IncidentStatus, *, by: str, at: datetime, via: str = ""
) -> Incident:
    """Move an incident on: open, investigating, resolved, closed; steps may be left out, never taken back.

    It is resolved at `at` once it is over. A repeat changes nothing. Raises IncidentNotFoundError or
    IncidentClosedError.
    """
    return update_incident(incident_id, {"status": to}, author=Author(by, via), at=at)


def end_incident(incident_id: UUID, *, over_at: datetime, author: Author, at: datetime) -> Incident:
    """Resolve an incident that has been over since `over_at`; one that has ended stays as it is."""
    with transaction.atomic():
        incident = _hold(incident_id)
        if incident.status not in _ENDED:
            incident.resolved_at = over_at
            incident.updated_at = at
            _move(incident, IncidentStatus.RESOLVED, author, at)
            incident.save()
    return incident


def note_incident(incident_id: UUID, text: str, *, author: Author, at: datetime) -> Event:
    """Write something down about an incident, also about one that is closed. Raises IncidentNotFoundError."""
    with transaction.atomic():
        return _record(EventKind.NOTED, _hold(incident_id), author, at, {"text": text})


def _columns(draft: IncidentDraft, alerts: Sequence[Alert], at: datetime | None) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "title": draft.title,
        "severity": draft.severity,
        "description": draft.description,
        "affected_services": list(dict.fromkeys(draft.affected_services)),
        "detected_at": draft.detected_at or at,
        "group_key": draft.group_key,
    }
    if alerts:
        first = min(alerts, key=lambda alert: alert.started_at)
        columns["title"] = draft.title or first.title
        columns["severity"] = draft.severity or SEVERITY_OF_ALERT[_worst(alerts)]
        columns["detected_at"] = draft.detected_at or first.started_at
    missing = [name for name in ("title", "severity", "detected_at") if not columns[name]]
    if missing:
        problems = {name: ["An incident without alerts needs this field."] for name in missing}
        raise InvalidInputError("an incident without alerts needs more", details=problems)
    if at is not None and columns["detected_at"] > at:
        message = "an incident is not detected in the future"
        raise InvalidInputError(message, details={"detected_at": [message]})
    return columns


def _worst(alerts: Sequence[Alert]) -> Severity:
    mildest_first = list(SEVERITY_OF_ALERT)
    return max((Severity(alert.severity) for alert in alerts), key=mildest_first.index)


def _hold(incident_id: UUID) -> Incident:
    incident = Incident.objects.select_for_update().filter(pk=incident_id).first()
    if incident is None:
        raise IncidentNotFoundError(f"no incident {incident_id}")
    return incident


def _edit(incident: Incident, changes: Mapping[str, Any], author: Author, at: datetime) -> None:
    """Take over the fields that differ; the event keeps what they were and what they are."""
    before = {
        name: getattr(incident, name)
        for name in EDITABLE
        if name in changes and getattr(incident, name) != changes[name]
    }
    if not before:
        return
    for name in before:
        setattr(incident, name, changes[name])
    if incident.resolved_at and incident.resolved_at < incident.detected_at:
        message = "an incident is not detected after its resolution"
        raise InvalidInputError(message, details={"detected_at": [message]})
    after = {name: _plain(changes[name]) for name in before}
    detail = {"before": {name: _plain(value) for name, value in before.items()}, "after": after}
    _record(EventKind.EDITED, incident, author, at, detail)


def _move(incident: Incident, to: IncidentStatus, author: Author, at: datetime) -> None:
    standing = IncidentStatus(incident.status)
    if standing == to:
        return
    if _ORDER.index(to) < _ORDER.index(standing):
        raise IncidentClosedError(f"incident {incident.pk} is already {standing}")
    incident.status = to
    if to in _ENDED and incident.resolved_at is None:
        incident.resolved_at = at
    _record(EventKind.MOVED, incident, author, at, {"from": standing.value, "to": to.value})
    extra = {"incident": str(incident.pk), "to": to.value, "by": author.name}
    logger.info("incident moved", extra=extra)


def _record(
    kind: EventKind, incident: Incident, author: Author, at: datetime, detail: Mapping[str, Any]
) -> Event:
    return events.record(
        kind, incident=incident, at=at, actor=author.name, via=author.via, detail=detail
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
