"""Alerts over HTTP, as the specification has them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.alerts.factories import NOON, AlertFactory
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

ALERTS = f"{API}/alerts"


@pytest.fixture
def user() -> Client:
    return client_of("user")


@pytest.fixture
def operator() -> Client:
    return client_of("operator", userId="olga")


def titles(answer: Any) -> list[str]:
    body = answer.json()
    return [each["title"] for each in (body if isinstance(body, list) else body["alerts"])]


def test_active_alerts_are_a_flat_array_of_what_fires(user: Client) -> None:
    alert = AlertFactory.create()
    AlertFactory.create(state="pending")
    AlertFactory.create(state="resolved")

    answer = user.get(ALERTS)

    assert answer.status_code == 200
    assert answer["X-Total-Count"] == "1"
    (found,) = answer.json()
    assert found == {
        "id": str(alert.pk),
        "rule_id": str(alert.rule_id),
        "title": "High CPU Usage",
        "description": "",
        "severity": "warning",
        "state": "firing",
        "service": "payment-service",
        "labels": {},
        "value": 85.3,
        "threshold": 80.0,
        "started_at": "2025-01-12T12:00:00Z",
        "fired_at": "2025-01-12T12:00:00Z",
        "resolved_at": None,
        "no_data_since": None,
        "acknowledged": False,
        "acknowledged_by": None,
        "acknowledged_at": None,
        "resolved_by": "",
        "resolution_note": None,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["firing"]),
        ("state=firing", ["firing"]),
        ("state=pending", ["pending"]),
        ("state=pending,firing", ["firing", "pending"]),
        ("state=firing&severity=warning", ["firing"]),
        ("severity=critical", []),
        ("severity=critical,warning", ["firing"]),
        ("service=payment-service", ["firing"]),
        ("service=payment", ["firing"]),
        ("service=auth", []),
    ],
)
def test_active_alerts_can_be_filtered(user: Client, query: str, found: list[str]) -> None:
    AlertFactory.create(title="firing")
    AlertFactory.create(title="pending", state="pending", started_at=NOON - timedelta(hours=1))

    assert titles(user.get(f"{ALERTS}?{query}")) == found


@pytest.mark.parametrize("query", ["state=resolved", "state=odd", "severity=fatal", "limit=1001"])
def test_a_filter_that_is_not_understood_is_refused_by_name(user: Client, query: str) -> None:
    answer = user.get(f"{ALERTS}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert query.partition("=")[0] in answer.json()["details"]


def test_active_alerts_come_in_pages(user: Client) -> None:
    for number in range(3):
        AlertFactory.create(title=str(number), started_at=NOON + timedelta(minutes=number))

    answer = user.get(f"{ALERTS}?limit=1&offset=1")

    assert (titles(answer), answer["X-Total-Count"]) == (["1"], "3")
    assert 'rel="next"' in answer["Link"]


def test_one_alert_is_shown_whatever_its_state(user: Client) -> None:
    alert = AlertFactory.create(state="resolved", resolution_note="scaled up")

    body = user.get(f"{ALERTS}/{alert.pk}").json()

    assert (body["id"], body["state"]) == (str(alert.pk), "resolved")
    assert (body["rule_id"], body["resolution_note"]) == (str(alert.rule_id), "scaled up")


def test_a_finding_has_no_rule(user: Client) -> None:
    alert = AlertFactory.create(rule=None)

    assert user.get(f"{ALERTS}/{alert.pk}").json()["rule_id"] is None


def test_an_alert_that_is_not_there_is_answered_with_its_code(user: Client) -> None:
    answer = user.get(f"{ALERTS}/{uuid4()}")

    assert (answer.status_code, answer.json()["code"]) == (404, "ALERT_NOT_FOUND")


@pytest.mark.parametrize("name", ["not-a-uuid", "1", "historyx", "rules/x"])
def test_a_bad_id_leads_nowhere(user: Client, name: str) -> None:
    answer = user.get(f"{ALERTS}/{name}")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_acknowledging_answers_who_and_when() -> None:
    alert = AlertFactory.create()

    answer = client_of("admin").post(
        f"{ALERTS}/{alert.pk}/acknowledge",
        {"acknowledged_by": "john.doe@tickettoken.com"},
        content_type="application/json",
    )

    alert.refresh_from_db()
    assert alert.acknowledged_at is not None
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(alert.pk),
        "acknowledged": True,
        "acknowledged_by": "john.doe@tickettoken.com",
        "acknowledged_at": alert.acknowledged_at.isoformat().replace("+00:00", "Z"),
    }


@pytest.mark.parametrize(
    ("role", "claims", "name"),
    [
        ("admin", {}, "someone@else.example"),
        ("operator", {}, "olga"),
        ("operator", {"service": "chat-service"}, "someone@else.example"),
    ],
)
def test_only_who_speaks_for_others_may_name_somebody_else(
    role: str, claims: dict[str, str], name: str
) -> None:
    alert = AlertFactory.create()

    answer = client_of(role, userId="olga", **claims).post(
        f"{ALERTS}/{alert.pk}/acknowledge",
        {"acknowledged_by": "someone@else.example"},
        content_type="application/json",
    )

    assert answer.json()["acknowledged_by"] == name


@pytest.mark.parametrize("role", ["operator", "admin"])
def test_without_a_name_the_token_counts(role: str) -> None:
    alert = AlertFactory.create()

    answer = client_of(role, userId="olga").post(
        f"{ALERTS}/{alert.pk}/acknowledge", content_type="application/json"
    )

    assert answer.json()["acknowledged_by"] == "olga"


@pytest.mark.parametrize("body", [{"acknowledged_by": ""}, {"acknowledged_by": "x" * 256}, []])
def test_a_name_that_is_none_is_refused(operator: Client, body: object) -> None:
    alert = AlertFactory.create()

    answer = operator.post(
        f"{ALERTS}/{alert.pk}/acknowledge", body, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_what_is_resolved_cannot_be_acknowledged(operator: Client) -> None:
    alert = AlertFactory.create(state="resolved")

    answer = operator.post(f"{ALERTS}/{alert.pk}/acknowledge", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")


def test_resolving_answers_when_and_the_note(operator: Client) -> None:
    alert = AlertFactory.create()
    note = "Scaled up servers, CPU usage back to normal"

    answer = operator.post(
        f"{ALERTS}/{alert.pk}/resolve", {"resolution_note": note}, content_type="application/json"
    )

    alert.refresh_from_db()
    assert alert.resolved_at is not None
    assert answer.json() == {
        "id": str(alert.pk),
        "state": "resolved",
        "resolved_at": alert.resolved_at.isoformat().replace("+00:00", "Z"),
        "resolution_note": note,
    }
    assert alert.resolved_by == "olga"


def test_resolving_twice_answers_the_same(operator: Client) -> None:
    alert = AlertFactory.create()
    url = f"{ALERTS}/{alert.pk}/resolve"

    first = operator.post(url, {"resolution_note": "a"}, content_type="application/json")
    second = operator.post(url, {"resolution_note": "b"}, content_type="application/json")

    assert (second.status_code, second.json()) == (200, first.json())


@pytest.mark.parametrize("act", ["acknowledge", "resolve"])
def test_acting_on_what_is_not_there_is_answered_with_its_code(operator: Client, act: str) -> None:
    answer = operator.post(f"{ALERTS}/{uuid4()}/{act}", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (404, "ALERT_NOT_FOUND")
