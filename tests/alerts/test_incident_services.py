"""Incidents: opened over alerts, moved on to their end."""

from datetime import timedelta
from uuid import uuid4

import pytest

from alerts.errors import IncidentClosedError, IncidentNotFoundError
from alerts.models import Event, Incident
from alerts.models.choices import Severity
from alerts.models.incident import IncidentStatus
from alerts.selectors import incidents_under_way
from alerts.services import (
    Author,
    IncidentDraft,
    advance_incident,
    create_incident,
    open_incident,
)
from alerts.services.incidents import SEVERITY_OF_ALERT
from monitoring.errors import InvalidInputError
from tests.alerts.factories import NOON, AlertFactory, IncidentFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
ANA = Author("ana", via="api")


def test_an_incident_is_as_severe_as_its_worst_alert_and_as_old_as_its_first() -> None:
    second = AlertFactory.create(
        severity="critical", service="auth-service", started_at=LATER, title="Down"
    )
    first = AlertFactory.create(severity="info", service="payment-service", title="Slow")
    unnamed = AlertFactory.create(severity="warning", service="", started_at=LATER)

    incident = open_incident([second, first, unnamed], by="ana")

    incident = Incident.objects.get(pk=incident.pk)
    assert (incident.title, incident.severity, incident.status) == ("Slow", "critical", "open")
    assert incident.affected_services == ["auth-service", "payment-service"]
    assert (incident.detected_at, incident.resolved_at) == (NOON, None)
    assert set(incident.alerts.all()) == {first, second, unnamed}


@pytest.mark.parametrize(
    ("severity", "expected"), [("info", "low"), ("warning", "medium"), ("critical", "critical")]
)
def test_severities_of_alerts_map_to_those_of_incidents(severity: str, expected: str) -> None:
    incident = open_incident([AlertFactory.create(severity=severity)], by="ana", title="Outage")

    assert (incident.severity, incident.title) == (expected, "Outage")


def test_every_severity_of_alerts_has_its_place() -> None:
    assert list(SEVERITY_OF_ALERT) == list(Severity)


def test_an_incident_over_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        open_incident([], by="ana")


def test_an_incident_moves_on_step_by_step() -> None:
    incident = IncidentFactory.create()
    seen = []
    for number, to in enumerate(list(IncidentStatus)[1:]):
        moved = advance_incident(incident.pk, to, by="ana", at=NOON + timedelta(hours=number))
        moved.refresh_from_db()
        seen.append((moved.status, moved.resolved_at))

    over = NOON + timedelta(hours=1)
    assert seen == [("investigating", None), ("resolved", over), ("closed", over)]


def test_steps_may_be_left_out() -> None:
    incident = IncidentFactory.create()

    closed = advance_incident(incident.pk, IncidentStatus.CLOSED, by="ana", at=LATER)

    assert (closed.status, closed.resolved_at) == ("closed", LATER)


def test_a_repeat_changes_nothing() -> None:
    incident = IncidentFactory.create(status="resolved", resolved_at=NOON)

    again = advance_incident(incident.pk, IncidentStatus.RESOLVED, by="ana", at=LATER)

    assert again.resolved_at == NOON


def test_no_step_is_taken_back() -> None:
    incident = IncidentFactory.create(status="closed", resolved_at=NOON)

    with pytest.raises(IncidentClosedError, match="already closed"):
        advance_incident(incident.pk, IncidentStatus.INVESTIGATING, by="ana", at=LATER)


def test_an_incident_that_is_not_there_is_named() -> None:
    with pytest.raises(IncidentNotFoundError):
        advance_incident(uuid4(), IncidentStatus.CLOSED, by="ana", at=NOON)


def test_under_way_is_what_is_open_or_investigated_the_newest_first() -> None:
    for status in IncidentStatus:
        IncidentFactory.create(status=status, title=status)
    newest = IncidentFactory.create(detected_at=LATER)

    found = list(incidents_under_way())

    assert found[0] == newest
    assert {incident.title for incident in found[1:]} == {"open", "investigating"}


def test_opening_and_each_alert_that_joins_are_events() -> None:
    alert = AlertFactory.create(title="Hot")

    incident = open_incident([alert], by="ana", at=LATER, via="admin")

    opened, linked = Event.objects.filter(incident=incident)
    assert (opened.kind, opened.at, opened.actor, opened.via) == ("opened", LATER, "ana", "admin")
    assert opened.detail == {"title": "Hot", "severity": "medium"}
    assert (linked.kind, linked.alert, linked.at) == ("linked", alert, LATER)
    assert linked.detail == {"alert": str(alert.pk), "title": "Hot"}
    assert (incident.opened_by, incident.updated_at) == ("ana", LATER)


def test_without_an_instant_the_database_says_when() -> None:
    incident = open_incident([AlertFactory.create()], by="ana")

    assert {event.at for event in incident.events.all()} == {incident.created_at}


def test_an_incident_may_be_over_what_only_people_know() -> None:
    draft = IncidentDraft(
        title="Odd", severity="high", description="d", affected_services=["b", "a", "b"]
    )

    incident = create_incident(draft, author=ANA, at=NOON)

    assert (incident.title, incident.severity, incident.detected_at) == ("Odd", "high", NOON)
    assert (incident.affected_services, incident.description) == (["b", "a"], "d")


def test_what_a_person_says_wins_over_what_the_alerts_say() -> None:
    draft = IncidentDraft(title="Odd", severity="low", affected_services=["z"], detected_at=NOON)
    alert = AlertFactory.create(severity="critical", started_at=LATER, service="a")

    incident = create_incident(draft, [alert], author=ANA, at=LATER)

    assert (incident.title, incident.severity, incident.detected_at) == ("Odd", "low", NOON)
    assert incident.affected_services == ["z", "a"]


def test_an_incident_without_alerts_needs_a_title_and_a_severity() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        create_incident(IncidentDraft(), author=ANA, at=NOON)

    assert set(refusal.value.details) == {"title", "severity"}


def test_an_incident_is_not_detected_in_the_future() -> None:
    draft = IncidentDraft(title="Odd", severity="low", detected_at=LATER)

    with pytest.raises(InvalidInputError, match="in the future"):
        create_incident(draft, author=ANA, at=NOON)

    assert create_incident(draft, author=ANA, at=LATER).detected_at == LATER
