"""Versions of rules over HTTP, and changes that mean a version."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from alerts.models import AlertRule, EscalationPolicy
from alerts.services import create_rule, delete_rule
from tests.alerts.factories import NOON
from tests.alerts.test_rule_views import EXAMPLE, RULES, send
from tests.monitoring.clients import client_of

pytestmark = pytest.mark.django_db

IN_FULL: dict[str, Any] = {
    **EXAMPLE,
    "aggregation": "avg",
    "window_seconds": 300,
    "minimum_samples": 3,
    "combine": "max",
    "group_by": ["zone"],
    "recovery_threshold": 4.5,
    "threshold_overrides": [{"labels": {"zone": "a"}, "threshold": 9.0, "recovery_threshold": 8.0}],
    "keep_firing_for": 60,
    "flap_firings": 0,
    "escalation_policy": "night",
    "is_cause": True,
}


@pytest.fixture
def admin() -> Client:
    return client_of("admin")


@pytest.fixture
def rule() -> AlertRule:
    return create_rule({**EXAMPLE, "threshold": 5.0}, by="ana")


def url(rule: AlertRule, rest: str = "") -> str:
    return f"{RULES}/{rule.pk}{rest}"


def patch(client: Client, rule: AlertRule, body: object, **headers: str) -> Any:
    return client.patch(url(rule), body, content_type="application/json", headers=headers)


def test_a_rule_with_every_field_is_created_and_answered_as_it_was_sent(admin: Client) -> None:
    EscalationPolicy.objects.create(name="night")

    answer = send(admin, "POST", RULES, IN_FULL)

    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in IN_FULL} == IN_FULL
    (listed,) = admin.get(RULES).json()
    assert listed == answer.json()


def test_a_composite_rule_is_created_from_its_expression(admin: Client, rule: AlertRule) -> None:
    answer = send(admin, "POST", RULES, {"name": "worse", "expression": "high_error_rate"})

    body = answer.json()
    assert (answer.status_code, body["expression"]) == (201, "high_error_rate")
    assert (body["metric_name"], body["escalation_policy"]) == ("", None)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"aggregation": "median"}, "aggregation"),
        ({"aggregation": "avg"}, "window_seconds"),
        ({"window_seconds": -1}, "window_seconds"),
        ({"window_seconds": "60"}, "window_seconds"),
        ({"minimum_samples": 1}, "minimum_samples"),
        ({"combine": "median"}, "combine"),
        ({"group_by": ["zone"]}, "group_by"),
        ({"recovery_threshold": 6}, "recovery_threshold"),
        ({"recovery_threshold": True}, "recovery_threshold"),
        ({"threshold_overrides": {}}, "threshold_overrides"),
        ({"threshold_overrides": [{"labels": {}, "threshold": 1}]}, "threshold_overrides"),
        ({"keep_firing_for": -1}, "keep_firing_for"),
        ({"flap_firings": -1}, "flap_firings"),
        ({"is_cause": 1}, "is_cause"),
        ({"escalation_policy": "gone"}, "escalation_policy"),
        ({"expression": "high_error_rate"}, "expression"),
        ({"notification_channels": ["stream"]}, "notification_channels"),
    ],
)
def test_a_wrong_field_is_named(admin: Client, changes: dict[str, Any], named: str) -> None:
    answer = send(admin, "POST", RULES, {**EXAMPLE, **changes})

    assert (answer.status_code, list(answer.json()["details"])) == (400, [named])
    assert not AlertRule.objects.exists()


def test_an_answer_carries_the_version_as_its_tag(admin: Client) -> None:
    created = send(admin, "POST", RULES, EXAMPLE)
    rule = AlertRule.objects.get()
    changed = patch(admin, rule, {"threshold": 6})

    assert (created["ETag"], changed["ETag"], admin.get(url(rule))["ETag"]) == ('"1"', '"2"', '"2"')


@pytest.mark.parametrize("tag", ["1", '"1"', 'W/"1"', "*", ' "1" '])
def test_a_change_that_means_the_present_version_is_made(
    admin: Client, rule: AlertRule, tag: str
) -> None:
    assert patch(admin, rule, {"threshold": 6}, if_match=tag).json()["version"] == 2


def test_a_change_that_means_an_older_version_is_refused_with_the_present_one(
    admin: Client, rule: AlertRule
) -> None:
    patch(admin, rule, {"threshold": 6})

    for answer in (
        patch(admin, rule, {"threshold": 7}, if_match='"1"'),
        admin.delete(url(rule), headers={"If-Match": '"1"'}),
        admin.post(
            url(rule, "/rollback"),
            {"version": 1},
            content_type="application/json",
            headers={"If-Match": '"1"'},
        ),
    ):
        body = answer.json()
        assert (answer.status_code, body["code"]) == (409, "CONFLICT")
        assert body["details"] == {"version": 2}
    rule.refresh_from_db()
    assert (rule.threshold, rule.version) == (6, 2)


@pytest.mark.parametrize("tag", ["", "one", '"1", "2"', '"1', "-1", "1.0", "1234567890"])
def test_a_tag_that_is_no_version_is_refused(admin: Client, rule: AlertRule, tag: str) -> None:
    answer = patch(admin, rule, {"threshold": 6}, if_match=tag)

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["If-Match"])


def test_the_versions_are_listed_newest_first(admin: Client, rule: AlertRule) -> None:
    patch(admin, rule, {"threshold": 6})

    answer = client_of("user").get(url(rule, "/versions?limit=1"))

    (newest,) = answer.json()
    assert (newest["version"], newest["rule"]["threshold"], newest["note"]) == (2, 6, "")
    assert (set(newest), answer["X-Total-Count"]) == (
        {"version", "changed_at", "changed_by", "note", "rule"},
        "2",
    )


def test_two_versions_are_compared(admin: Client, rule: AlertRule) -> None:
    patch(admin, rule, {"threshold": 6})
    patch(admin, rule, {"duration": 5})

    newest = admin.get(url(rule, "/versions/diff")).json()
    both = admin.get(url(rule, "/versions/diff?before=1&after=3")).json()

    assert newest == {
        "before": 2,
        "after": 3,
        "changes": [{"field": "duration", "before": 300, "after": 5}],
    }
    assert [each["field"] for each in both["changes"]] == ["threshold", "duration"]
    assert both["changes"][0] == {"field": "threshold", "before": 5, "after": 6}


def test_a_rule_with_one_version_differs_in_nothing(admin: Client, rule: AlertRule) -> None:
    assert admin.get(url(rule, "/versions/diff")).json() == {
        "before": 1,
        "after": 1,
        "changes": [],
    }


@pytest.mark.parametrize(
    ("query", "status"), [("before=0", 400), ("after=x", 400), ("before=9", 404), ("after=9", 404)]
)
def test_a_version_that_never_was_cannot_be_compared(
    admin: Client, rule: AlertRule, query: str, status: int
) -> None:
    assert admin.get(url(rule, f"/versions/diff?{query}")).status_code == status


def test_a_roll_back_answers_the_rule_with_its_new_version(admin: Client, rule: AlertRule) -> None:
    patch(admin, rule, {"threshold": 6})

    answer = send(admin, "POST", url(rule, "/rollback"), {"version": 1})

    assert (answer.status_code, answer["ETag"]) == (200, '"3"')
    assert (answer.json()["threshold"], answer.json()["version"]) == (5, 3)


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"version": 0}, 400), ({"version": "1"}, 400), ({"version": 9}, 404)],
)
def test_a_roll_back_to_no_version_is_refused(
    admin: Client, rule: AlertRule, body: dict[str, Any], status: int
) -> None:
    assert send(admin, "POST", url(rule, "/rollback"), body).status_code == status


def test_a_deleted_rule_keeps_its_versions_and_comes_back(admin: Client, rule: AlertRule) -> None:
    delete_rule(rule.pk, by="ana", at=NOON)
    assert len(admin.get(url(rule, "/versions")).json()) == 2

    answer = send(admin, "POST", url(rule, "/rollback"), {"version": 1})

    assert (answer.status_code, answer.json()["enabled"]) == (200, True)
    assert admin.get(url(rule)).status_code == 200


def test_a_rule_that_an_expression_names_is_not_deleted(admin: Client, rule: AlertRule) -> None:
    create_rule({"rule_name": "worse", "expression": "high_error_rate"}, by="ana")

    answer = admin.delete(url(rule))

    assert answer.status_code == 409
    assert answer.json()["details"] == {"rule_name": "high_error_rate", "used_by": ["worse"]}


@pytest.mark.parametrize("path", ["/versions", "/versions/diff"])
def test_the_versions_of_no_rule_are_not_found(admin: Client, path: str) -> None:
    answer = admin.get(f"{RULES}/{uuid4()}{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, "RULE_NOT_FOUND")
