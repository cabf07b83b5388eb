"""Rules over HTTP, as the specification has them."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from alerts.models import Alert, AlertRule
from tests.alerts.factories import AlertFactory, AlertRuleFactory
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

RULES = f"{API}/alerts/rules"
EXAMPLE: dict[str, Any] = {
    "rule_name": "high_error_rate",
    "metric_name": "http_error_rate",
    "condition": ">",
    "threshold": 5,
    "duration": 300,
    "severity": "critical",
    "notification_channels": ["email", "slack", "pagerduty"],
}


@pytest.fixture
def admin() -> Client:
    return client_of("admin")


def send(client: Client, method: str, url: str, body: object) -> Any:
    return client.generic(method, url, json.dumps(body), content_type="application/json")


def test_the_example_of_the_specification_is_created(admin: Client) -> None:
    answer = send(admin, "POST", RULES, EXAMPLE)

    body = answer.json()
    assert answer.status_code == 201
    assert {name: body[name] for name in EXAMPLE} == EXAMPLE
    assert body["id"] == str(AlertRule.objects.get().pk)
    assert (body["enabled"], body["version"], body["no_data_policy"]) == (True, 1, "keep")
    assert (body["annotations"], body["label_matchers"], body["cooldown_minutes"]) == ({}, {}, 0)
    assert {"created_at", "updated_at"} < set(body)


def test_the_other_spellings_of_the_specification_are_read(admin: Client) -> None:
    body = {
        "name": "high_cpu_usage",
        "metric": "system_cpu_usage_percent",
        "condition": ">",
        "threshold": 80,
        "severity": "warning",
        "for_duration": 300,
        "annotations": {"summary": "High CPU usage detected"},
    }

    answer = send(admin, "POST", RULES, body).json()

    assert (answer["rule_name"], answer["metric_name"]) == (
        "high_cpu_usage",
        "system_cpu_usage_percent",
    )
    assert (answer["duration"], answer["annotations"]) == (300, body["annotations"])


@pytest.mark.parametrize("condition", [">", ">=", "<", "<=", "==", "!="])
def test_every_condition_is_accepted(admin: Client, condition: str) -> None:
    assert send(admin, "POST", RULES, {**EXAMPLE, "condition": condition}).status_code == 201


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"rule_name": ""}, "rule_name"),
        ({"rule_name": "x" * 256}, "rule_name"),
        ({"rule_name": None}, "rule_name"),
        ({"metric_name": "c p u"}, "metric_name"),
        ({"condition": "=>"}, "condition"),
        ({"threshold": "80"}, "threshold"),
        ({"threshold": True}, "threshold"),
        ({"threshold": None}, "threshold"),
        ({"threshold": [80]}, "threshold"),
        ({"duration": -1}, "duration"),
        ({"duration": 604_801}, "duration"),
        ({"duration": 1.5}, "duration"),
        ({"duration": True}, "duration"),
        ({"severity": "fatal"}, "severity"),
        ({"enabled": "yes"}, "enabled"),
        ({"enabled": 1}, "enabled"),
        ({"notification_channels": "email"}, "notification_channels"),
        ({"notification_channels": ["pigeon"]}, "notification_channels"),
        ({"annotations": {"summary": {}}}, "annotations"),
        ({"label_matchers": ["host"]}, "label_matchers"),
        ({"no_data_policy": "panic"}, "no_data_policy"),
        ({"cooldown_minutes": -1}, "cooldown_minutes"),
        ({"cooldown_minutes": 1_441}, "cooldown_minutes"),
        ({"treshold": 5}, "treshold"),
        ({"id": "1"}, "id"),
        ({"version": 7}, "version"),
        ({"name": "twice"}, "rule_name"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(
    admin: Client, changes: dict[str, Any], named: str
) -> None:
    answer = send(admin, "POST", RULES, {**EXAMPLE, **changes})

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert list(answer.json()["details"]) == [named]
    assert not AlertRule.objects.exists()


@pytest.mark.parametrize("field", ["rule_name", "metric_name", "condition", "threshold"])
def test_what_makes_a_rule_must_be_given(admin: Client, field: str) -> None:
    body = {name: value for name, value in EXAMPLE.items() if name != field}

    answer = send(admin, "POST", RULES, body)

    assert answer.status_code == 400
    assert list(answer.json()["details"]) == [field]


@pytest.mark.parametrize("body", [[], "rule", 5, None])
def test_a_body_that_is_no_object_is_refused(admin: Client, body: object) -> None:
    answer = send(admin, "POST", RULES, body)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("threshold", ["1e999", "NaN", "Infinity"])
def test_a_threshold_that_is_not_finite_is_refused(admin: Client, threshold: str) -> None:
    body = json.dumps({**EXAMPLE, "threshold": "?"}).replace('"?"', threshold)

    answer = admin.generic("POST", RULES, body, content_type="application/json")

    assert answer.status_code == 400


def test_a_name_that_is_taken_is_a_conflict(admin: Client) -> None:
    AlertRuleFactory.create(rule_name="high_error_rate")

    answer = send(admin, "POST", RULES, EXAMPLE)

    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")


def test_rules_are_a_flat_array_by_name(admin: Client) -> None:
    for name in ("b", "a", "c"):
        AlertRuleFactory.create(rule_name=name)
    AlertRuleFactory.create(rule_name="gone", deleted_at="2025-01-12T12:00:00Z")

    answer = client_of("user").get(f"{RULES}?limit=2")

    assert [rule["rule_name"] for rule in answer.json()] == ["a", "b"]
    assert answer["X-Total-Count"] == "3"


def test_one_rule_can_be_read(admin: Client) -> None:
    rule = AlertRuleFactory.create(rule_name="hot")

    assert client_of("user").get(f"{RULES}/{rule.pk}").json()["rule_name"] == "hot"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_update_merges_what_is_given(admin: Client, method: str) -> None:
    rule = AlertRuleFactory.create(threshold=5.0, duration=60)

    answer = send(admin, method, f"{RULES}/{rule.pk}", {"threshold": 10, "enabled": False})

    body = answer.json()
    assert (answer.status_code, body["id"]) == (200, str(rule.pk))
    assert (body["threshold"], body["enabled"], body["duration"]) == (10, False, 60)
    assert body["version"] == 2


def test_an_update_that_switches_a_rule_off_closes_its_alerts(admin: Client) -> None:
    alert = AlertFactory.create()

    send(admin, "PUT", f"{RULES}/{alert.rule_id}", {"enabled": False})

    assert Alert.objects.get().state == "resolved"


@pytest.mark.parametrize("body", [{"treshold": 10}, {"threshold": None}, {"metric": "c p u"}])
def test_a_wrong_update_changes_nothing(admin: Client, body: dict[str, Any]) -> None:
    rule = AlertRuleFactory.create()

    answer = send(admin, "PUT", f"{RULES}/{rule.pk}", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    rule.refresh_from_db()
    assert (rule.threshold, rule.version) == (80.0, 1)


def test_a_deleted_rule_is_gone(admin: Client) -> None:
    rule = AlertRuleFactory.create()

    answer = admin.delete(f"{RULES}/{rule.pk}")

    assert (answer.status_code, answer.content) == (204, b"")
    again = admin.delete(f"{RULES}/{rule.pk}")
    assert (again.status_code, again.json()["code"]) == (404, "RULE_NOT_FOUND")
    assert admin.get(f"{RULES}/{rule.pk}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_rule_that_is_not_there_is_answered_with_its_code(admin: Client, method: str) -> None:
    answer = send(admin, method, f"{RULES}/{uuid4()}", {"threshold": 1})

    assert (answer.status_code, answer.json()["code"]) == (404, "RULE_NOT_FOUND")
