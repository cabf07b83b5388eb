"""Incidents over HTTP, read: the dashboard, the list, one of them, what they took."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from alerts import events
from alerts.models.event import EventKind
from tests.alerts.factories import (
    NOON,
    AlertFactory,
    IncidentFactory,
)
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

INCIDENTS = f"{API}/incidents"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def user() -> Client:
    return client_of("user")


def test_the_dashboard_has_the_fields_of_the_specification(user: Client) -> None:
    incident = IncidentFactory.create(
        status="investigating", affected_services=["payment", "order"]
    )

    answer = user.get(f"{API}/dashboard/incidents")

    assert answer.status_code == 200
    (found,) = answer.json()["incidents"]
    resolved_at = found.pop("resolved_at")
    assert found == {
        "id": str(incident.pk),
        "title": "Payment Service Outage",
        "severity": "critical",
        "status": "investigating",
        "affected_services": ["payment", "order"],
        "detected_at": "2025-01-12T12:00:00Z",
    }
    assert resolved_at is None


def test_the_dashboard_shows_what_is_worked_on_before_what_is_over(user: Client) -> None:
    for hours, (title, status) in enumerate(
        [("old", "open"), ("new", "investigating"), ("over", "resolved"), ("done", "closed")]
    ):
        ended = NOON if status in {"resolved", "closed"} else None
        detected = NOON + timedelta(hours=hours)
        IncidentFactory.create(title=title, status=status, detected_at=detected, resolved_at=ended)

    whole = user.get(f"{API}/dashboard/incidents")
    second = user.get(f"{API}/dashboard/incidents?limit=1&offset=1")

    assert [each["title"] for each in whole.json()["incidents"]] == ["new", "old", "done", "over"]
    assert [each["title"] for each in second.json()["incidents"]] == ["old"]
    assert (second["X-Total-Count"], 'rel="next"' in second["Link"]) == ("4", True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["closed", "open"]),
        ("status=open", ["open"]),
        ("status=open,closed", ["closed", "open"]),
        ("severity=high", ["closed"]),
        ("service=payment", ["open"]),
        ("service=payment-service", ["open"]),
        ("service=auth", []),
        ("q=DISK", ["closed"]),
        ("from=2025-01-12T12:00:01Z", ["closed"]),
        ("from=2025-01-12T12:00:00Z&to=2025-01-12T12:00:00Z", ["open"]),
        ("limit=1&offset=1", ["open"]),
    ],
)
def test_the_list_is_filtered(user: Client, query: str, found: list[str]) -> None:
    IncidentFactory.create(title="open", affected_services=["payment-service"])
    IncidentFactory.create(
        title="closed",
        status="closed",
        severity="high",
        root_cause="A full disk",
        detected_at=NOON + MINUTE,
        resolved_at=NOON + 3 * MINUTE,
    )

    body = user.get(f"{INCIDENTS}?{query}").json()

    assert [each["title"] for each in body["incidents"]] == found


@pytest.mark.parametrize("query", ["status=lost", "severity=warning", "from=yesterday", "limit=0"])
def test_a_filter_that_is_not_understood_is_refused(user: Client, query: str) -> None:
    answer = user.get(f"{INCIDENTS}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_one_incident_with_its_alerts_and_how_long_people_took(user: Client) -> None:
    alert = AlertFactory.create(title="Hot")
    incident = IncidentFactory.create(status="resolved", resolved_at=NOON + 90 * MINUTE)
    incident.alerts.add(alert)
    events.record(EventKind.ACKNOWLEDGED, alert=alert, at=NOON + 2 * MINUTE, actor="ana")
    events.record(EventKind.NOTED, incident=incident, at=NOON + 5 * MINUTE, actor="bo")
    events.record(EventKind.LINKED, incident=incident, at=NOON)

    body = user.get(f"{INCIDENTS}/{incident.pk}").json()

    assert (body["time_to_acknowledge_seconds"], body["time_to_resolve_seconds"]) == (120, 5_400)
    assert body["alerts"] == [
        {
            "id": str(alert.pk),
            "title": "Hot",
            "severity": "warning",
            "service": "payment-service",
            "state": "firing",
            "fired_at": "2025-01-12T12:00:00Z",
            "resolved_at": None,
            "acknowledged_by": None,
        }
    ]
    assert (body["postmortem"], body["opened_by"]) == ("", "")


@pytest.mark.parametrize("path", ["", "/timeline", "/postmortem"])
def test_an_incident_that_is_not_there_is_not_found(user: Client, path: str) -> None:
    answer = user.get(f"{INCIDENTS}/{uuid4()}{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_mtta_and_mttr_of_a_period(user: Client) -> None:
    for minutes in (10, 30):
        IncidentFactory.create(status="resolved", resolved_at=NOON + minutes * MINUTE)
    IncidentFactory.create(detected_at=NOON - MINUTE)

    body = user.get(f"{INCIDENTS}/measures?from=2025-01-12T12:00:00Z").json()

    assert body == {
        "incidents": 2,
        "acknowledge": {"count": 0, "mean_seconds": None, "median_seconds": None},
        "resolve": {"count": 2, "mean_seconds": 1_200, "median_seconds": 1_200},
    }
    assert user.get(f"{INCIDENTS}/measures").json()["incidents"] == 3
