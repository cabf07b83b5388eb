"""Reads of incidents: which there are, how they stood, how long people took. No writes."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, IntegerField, Min, Q, QuerySet, Value, When

from alerts.errors import IncidentNotFoundError
from alerts.models import Alert, Event, Incident
from alerts.models.event import EventKind
from alerts.models.incident import IncidentStatus
from alerts.timeline.measures import Course
from alerts.timeline.sources import events_of
from alerts.timeline.standing import (
    Happening,
    Standing,
    standing_of_alert,
    status_of_incident,
)
from monitoring.metrics_api.names import names_of_service

UNDER_WAY = (IncidentStatus.OPEN, IncidentStatus.INVESTIGATING)


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents are asked for; an empty field asks for all, `start` and `end` bound the detection."""

    statuses: Collection[str] = ()
    severities: Collection[str] = ()
    service: str = ""
    text: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertStanding:
    """One alert of an incident and how it stood."""

    alert: Alert
    standing: Standing


@dataclass(frozen=True, slots=True)
class IncidentStanding:
    """An incident as of an instant."""

    status: str | None
    alerts: list[AlertStanding]


def incidents_matching(wanted: IncidentFilter) -> QuerySet[Incident]:
    """Return incidents, the newest first."""
    condition = Q()
    if wanted.statuses:
        condition &= Q(status__in=wanted.statuses)
    if wanted.severities:
        condition &= Q(severity__in=wanted.severities)
    if wanted.service:
        condition &= Q(affected_services__overlap=list(names_of_service(wanted.service)))
    if wanted.text:
        condition &= _mentions(wanted.text)
    if wanted.start is not None:
        condition &= Q(detected_at__gte=wanted.start)
    if wanted.end is not None:
        condition &= Q(detected_at__lte=wanted.end)
    return Incident.objects.filter(condition).order_by("-detected_at", "id")


def incidents_for_dashboard() -> QuerySet[Incident]:
    """Return all incidents: those that people work on first, and of each kind the newest first."""
    ended = Case(
        When(status__in=UNDER_WAY, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return Incident.objects.order_by(ended, "-detected_at", "id")


def incident_by_id(incident_id: UUID) -> Incident:
    """Return one incident. Raises IncidentNotFoundError."""
    incident = Incident.objects.filter(pk=incident_id).first()
    if incident is None:
        raise IncidentNotFoundError(f"no incident {incident_id}")
    return incident


def standing_of(incident: Incident, *, at: datetime) -> IncidentStanding:
    """Return how the incident and the alerts that are linked to it now stood at `at`, from events."""
    alerts = list(incident.alerts.order_by("started_at", "id"))
    of_alert: dict[UUID, list[Happening]] = defaultdict(list)
    of_incident: list[Happening] = []
    for event in events_of(incident, {alert.pk: alert.title for alert in alerts}).filter(
        at__lte=at
    ):
        happening = Happening(event.at, event.kind, event.actor, event.detail)
        if event.incident_id is None and event.alert_id is not None:
            of_alert[event.alert_id].append(happening)
        else:
            of_incident.append(happening)
    return IncidentStanding(
        status=status_of_incident(of_incident, at=at),
        alerts=[
            AlertStanding(
                alert, standing_of_alert(of_alert[alert.pk], started_at=alert.started_at, at=at)
            )
            for alert in alerts
        ],
    )


def courses_of(incidents: Iterable[Incident]) -> dict[UUID, Course]:
    """Return the instants that MTTA and MTTR are made of, by two queries whatever the number of incidents."""
    known = {incident.pk: incident for incident in incidents}
    acts: dict[UUID, list[datetime]] = defaultdict(list)
    on_incidents = Event.objects.filter(incident__in=known).exclude(actor="")
    for row in on_incidents.values("incident").annotate(first=Min("at")).order_by():
        acts[row["incident"]].append(row["first"])
    on_alerts = Event.objects.filter(kind=EventKind.ACKNOWLEDGED, alert__incidents__in=known)
    for row in on_alerts.values("alert__incidents").annotate(first=Min("at")).order_by():
        acts[row["alert__incidents"]].append(row["first"])
    return {
        pk: Course(incident.detected_at, min(acts[pk], default=None), incident.resolved_at)
        for pk, incident in known.items()
    }


def _mentions(text: str) -> Q:
    return (
        Q(title__icontains=text)
        | Q(description__icontains=text)
        | Q(root_cause__icontains=text)
        | Q(resolution__icontains=text)
    )
