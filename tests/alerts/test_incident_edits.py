"""Edits, links and notes of incidents: each is an event."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from alerts.errors import AlertNotFoundError, IncidentClosedError, IncidentNotFoundError
from alerts.models import Event, Incident
from alerts.models.incident import IncidentStatus
from alerts.services import (
    Author,
    advance_incident,
    note_incident,
    open_incident,
    update_incident,
)
from monitoring.errors import InvalidInputError
from tests.alerts.factories import NOON, AlertFactory, IncidentFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
ANA = Author("ana", via="api")


def course(incident: Incident) -> list[tuple[str, dict[str, Any]]]:
    """Return the kinds and details of the incident's events."""
    return list(Event.objects.filter(incident=incident).values_list("kind", "detail"))


def test_an_edit_is_an_event_with_what_was_and_what_is() -> None:
    incident = IncidentFactory.create(root_cause=None)
    changes = {
        "title": "Disk full",
        "severity": "critical",
        "root_cause": "logs",
        "detected_at": LATER,
    }

    changed = update_incident(incident.pk, changes, author=ANA, at=LATER)

    changed.refresh_from_db()
    assert (changed.title, changed.root_cause, changed.updated_at) == ("Disk full", "logs", LATER)
    assert course(incident) == [
        (
            "edited",
            {
                "before": {
                    "title": "Payment Service Outage",
                    "root_cause": None,
                    "detected_at": NOON.isoformat(),
                },
                "after": {
                    "title": "Disk full",
                    "root_cause": "logs",
                    "detected_at": LATER.isoformat(),
                },
            },
        )
    ]


def test_what_changes_nothing_leaves_no_event() -> None:
    incident = IncidentFactory.create()

    update_incident(incident.pk, {"title": incident.title, "status": "open"}, author=ANA, at=LATER)

    assert course(incident) == []


def test_a_move_is_an_event() -> None:
    incident = IncidentFactory.create()

    advance_incident(incident.pk, IncidentStatus.RESOLVED, by="ana", at=LATER, via="slack")

    event = Event.objects.get(incident=incident)
    assert (event.kind, event.actor, event.via, event.at) == ("moved", "ana", "slack", LATER)
    assert event.detail == {"from": "open", "to": "resolved"}


def test_alerts_join_and_leave_once() -> None:
    incident = IncidentFactory.create(affected_services=["order-service"])
    alert = AlertFactory.create(service="auth-service")

    for _ in range(2):
        update_incident(incident.pk, {"link_alerts": [alert.pk]}, author=ANA, at=LATER)
    assert list(incident.alerts.all()) == [alert]
    for _ in range(2):
        update_incident(incident.pk, {"unlink_alerts": [alert.pk]}, author=ANA, at=LATER)

    incident.refresh_from_db()
    assert list(incident.alerts.all()) == []
    assert incident.affected_services == ["order-service", "auth-service"]
    assert [kind for kind, _ in course(incident)] == ["linked", "unlinked"]


def test_an_alert_that_is_not_there_is_named_and_nothing_changes() -> None:
    incident, missing = IncidentFactory.create(), uuid4()

    with pytest.raises(AlertNotFoundError, match=str(missing)):
        update_incident(
            incident.pk, {"title": "New", "link_alerts": [missing]}, author=ANA, at=LATER
        )

    incident.refresh_from_db()
    assert incident.title == "Payment Service Outage"


def test_a_change_that_is_refused_in_part_is_refused_as_a_whole() -> None:
    incident = IncidentFactory.create(status="closed", resolved_at=LATER)

    with pytest.raises(IncidentClosedError):
        update_incident(incident.pk, {"title": "New", "status": "open"}, author=ANA, at=LATER)

    incident.refresh_from_db()
    assert (incident.title, course(incident)) == ("Payment Service Outage", [])


def test_an_incident_is_not_detected_after_its_resolution() -> None:
    incident = IncidentFactory.create(status="resolved", resolved_at=LATER)
    beyond = LATER + timedelta(seconds=1)

    with pytest.raises(InvalidInputError, match="after its resolution"):
        update_incident(incident.pk, {"detected_at": beyond}, author=ANA, at=beyond)

    assert update_incident(incident.pk, {"detected_at": LATER}, author=ANA, at=beyond)


def test_a_pending_alert_that_joined_may_still_be_forgotten() -> None:
    alert = AlertFactory.create(state="pending", title="Warm")
    incident = open_incident([alert], by="ana", at=LATER)

    alert.delete()

    assert course(incident)[1][1]["title"] == "Warm"


def test_a_note_is_an_event_also_of_a_closed_incident() -> None:
    incident = IncidentFactory.create(status="closed", resolved_at=NOON)

    note_incident(incident.pk, "It was the disk", author=ANA, at=LATER)

    assert course(incident) == [("noted", {"text": "It was the disk"})]


def test_a_note_on_nothing_is_refused() -> None:
    with pytest.raises(IncidentNotFoundError):
        note_incident(uuid4(), "x", author=ANA, at=LATER)
