"""Incidents over HTTP, written: opened and changed."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from alerts.models import Event, Incident
from tests.alerts.factories import (
    NOON,
    AlertFactory,
    AlertRuleFactory,
    IncidentFactory,
)
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

INCIDENTS = f"{API}/incidents"


@pytest.fixture
def operator() -> Client:
    return client_of("operator", userId="olga")


def post(client: Client, body: object, path: str = INCIDENTS) -> Any:
    return client.post(path, body, content_type="application/json")


def patch(client: Client, incident: Incident, body: object) -> Any:
    return client.patch(f"{INCIDENTS}/{incident.pk}", body, content_type="application/json")


def test_an_incident_is_opened_over_alerts(operator: Client) -> None:
    alert = AlertFactory.create(severity="critical", title="Down")

    answer = post(operator, {"alerts": [str(alert.pk)]})

    body = answer.json()
    assert answer.status_code == 201
    assert (body["title"], body["severity"], body["status"]) == ("Down", "critical", "open")
    assert (body["opened_by"], body["affected_services"]) == ("olga", ["payment-service"])
    opened = Event.objects.get(kind="opened")
    assert (opened.actor, opened.via) == ("olga", "api")


def test_an_incident_is_opened_over_a_group(operator: Client) -> None:
    rule = AlertRuleFactory.create()
    alerts = AlertFactory.create_batch(2, rule=rule)
    AlertFactory.create()

    body = post(operator, {"group": {"rule_id": str(rule.pk)}, "severity": "high"}).json()

    assert {each["id"] for each in body["alerts"]} == {str(alert.pk) for alert in alerts}
    assert body["severity"] == "high"


def test_an_incident_is_opened_over_what_only_people_know(operator: Client) -> None:
    said = {
        "title": "Odd",
        "severity": "low",
        "description": "A smell",
        "affected_services": ["b", "a"],
        "detected_at": "2025-01-12T12:00:00Z",
    }

    body = post(operator, said).json()

    assert {name: body[name] for name in said} == said


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": "x"}, "severity"),
        ({"title": "x", "severity": "warning"}, "severity"),
        ({"titel": "x"}, "titel"),
        ({"group": {"rule": "x"}}, "group"),
        ({"alerts": [str(uuid4())], "group": {"service": "a"}}, "group"),
        ({"title": "x", "severity": "low", "detected_at": "2999-01-01T00:00:00Z"}, "detected_at"),
    ],
)
def test_an_incident_that_is_not_understood_is_refused_by_field(
    operator: Client, body: dict[str, Any], field: str
) -> None:
    answer = post(operator, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert field in answer.json()["details"]
    assert not Incident.objects.exists()


def test_an_incident_over_an_alert_that_is_not_there_is_refused(operator: Client) -> None:
    answer = post(operator, {"alerts": [str(uuid4())]})

    assert (answer.status_code, answer.json()["code"]) == (404, "ALERT_NOT_FOUND")


def test_a_group_that_does_not_fire_is_refused(operator: Client) -> None:
    answer = post(operator, {"group": {"service": "nobody"}})

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_an_incident_is_changed_in_all_at_once(operator: Client) -> None:
    incident, alert = IncidentFactory.create(), AlertFactory.create(service="auth-service")

    answer = patch(
        operator,
        incident,
        {
            "status": "investigating",
            "root_cause": "A full disk",
            "link_alerts": [str(alert.pk)],
            "postmortem": "# What happened\n",
        },
    )

    body = answer.json()
    assert answer.status_code == 200
    assert (body["status"], body["root_cause"]) == ("investigating", "A full disk")
    assert (body["postmortem"], body["affected_services"]) == (
        "# What happened\n",
        ["auth-service"],
    )
    assert [each["id"] for each in body["alerts"]] == [str(alert.pk)]
    kinds = Event.objects.filter(incident=incident).values_list("kind", "actor", "via")
    assert list(kinds) == [(kind, "olga", "api") for kind in ("linked", "edited", "moved")]


def test_alerts_leave_an_incident(operator: Client) -> None:
    incident, alert = IncidentFactory.create(), AlertFactory.create()
    incident.alerts.add(alert)

    assert patch(operator, incident, {"unlink_alerts": [str(alert.pk)]}).json()["alerts"] == []


def test_a_step_back_is_a_conflict(operator: Client) -> None:
    incident = IncidentFactory.create(status="closed", resolved_at=NOON)

    answer = patch(operator, incident, {"status": "open"})

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")


@pytest.mark.parametrize("body", [{"status": "lost"}, {"opened_by": "x"}, {"title": ""}])
def test_a_change_that_is_not_understood_is_refused(operator: Client, body: dict[str, str]) -> None:
    assert patch(operator, IncidentFactory.create(), body).status_code == 400


def test_the_permission_of_a_token_opens_what_its_role_does_not() -> None:
    named = client_of("user", permissions=["incidents:write"])

    assert post(named, {"title": "x", "severity": "low"}).status_code == 201
