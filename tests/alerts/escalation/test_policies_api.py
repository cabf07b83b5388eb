"""Escalation policies and contacts over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from alerts.models import AlertRule, Contact, EscalationPolicy
from tests.alerts.escalation.rows import ContactFactory, policy_of, rotation_of
from tests.alerts.factories import NOON, AlertRuleFactory
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

POLICIES = f"{API}/alerts/escalation-policies"
CONTACTS = f"{API}/alerts/contacts"


@pytest.fixture
def admin() -> Client:
    return client_of("admin")


def send(client: Client, method: str, path: str, data: Any) -> Any:
    return getattr(client, method)(path, data, content_type="application/json")


def step(**fields: Any) -> dict[str, Any]:
    return {"wait_seconds": 300, "kind": "channel", "channel": "email", **fields}


def test_a_policy_is_created_and_read_by_anybody(admin: Client) -> None:
    ana = ContactFactory.create(name="Ana")
    weekly = rotation_of(ana, name="Weekly")
    steps = [
        step(kind="contact", contact_id=str(ana.pk), channel="sms"),
        step(
            kind="rotation",
            rotation_id=str(weekly.pk),
            wait_seconds=0,
            minimum_severity="critical",
        ),
        step(wait_seconds=5_400, channel="slack", minimum_severity="warning"),
    ]

    made = send(admin, "post", POLICIES, {"name": "Pay", "repeats": 2, "steps": steps})

    assert made.status_code == 201
    found = client_of("user").get(f"{POLICIES}/{made.json()['id']}").json()
    assert found == made.json() == client_of("user").get(POLICIES).json()[0]
    assert (found["name"], found["repeats"], found["remind_after_seconds"]) == ("Pay", 2, 0)
    assert [each["position"] for each in found["steps"]] == [1, 2, 3]
    assert [each["sentence"] for each in found["steps"]] == [
        "After 5 min, tell Ana by sms.",
        "At once tell whoever is on call in Weekly by email, if the alert is critical.",
        "After 1 h 30 min, tell everybody on slack, unless the alert is only information.",
    ]
    assert "example.org" not in str(found)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "contact"}, "steps.2.contact"),
        ({"kind": "rotation"}, "steps.2.rotation"),
        ({"kind": "contact", "contact_id": str(uuid4())}, "steps.2.contact"),
        ({"channel": "pigeon"}, "steps.2.channel"),
        ({"wait_seconds": 86_401}, "steps.2.wait_seconds"),
        ({"minimum_severity": "fatal"}, "steps"),
        ({"wait_seconds": -1}, "steps"),
        ({"wait_seconds": None}, "steps"),
        ({"kind": "nobody"}, "steps"),
    ],
)
def test_a_step_that_tells_nobody_is_refused_by_its_number(
    admin: Client, change: dict[str, Any], field: str
) -> None:
    answer = send(admin, "post", POLICIES, {"name": "Pay", "steps": [step(), step(**change)]})

    assert answer.status_code == 400
    assert field in answer.json()["details"]
    assert not EscalationPolicy.objects.exists()


def test_a_channel_without_people_takes_no_person(admin: Client) -> None:
    ana = ContactFactory.create()
    bad = step(kind="contact", contact_id=str(ana.pk), channel="pagerduty")

    answer = send(admin, "post", POLICIES, {"name": "Pay", "steps": [bad]})

    assert answer.json()["details"] == {
        "steps.1.channel": ["pagerduty reaches no single person; these do: slack, email, sms"]
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Pay", "repeats": 11}, "repeats"),
        ({"name": ""}, "name"),
        ({"name": "Pay", "steps": [step()] * 21}, "steps"),
    ],
)
def test_a_policy_beyond_the_limits_is_refused(
    admin: Client, body: dict[str, Any], field: str
) -> None:
    answer = send(admin, "post", POLICIES, body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])


def test_a_change_replaces_the_steps_and_leaves_what_is_not_given(admin: Client) -> None:
    policy = policy_of({}, {}, repeats=1)

    found = send(admin, "put", f"{POLICIES}/{policy.pk}", {"steps": [step(channel="slack")]})
    again = send(admin, "put", f"{POLICIES}/{policy.pk}", {"description": "For pay"})

    assert [each["channel"] for each in found.json()["steps"]] == ["slack"]
    assert (again.json()["repeats"], len(again.json()["steps"])) == (1, 1)


def test_a_name_is_taken_once(admin: Client) -> None:
    policy_of(name="Pay")

    answer = send(admin, "post", POLICIES, {"name": "Pay"})

    assert (answer.status_code, answer.json()["details"]) == (409, {"name": "Pay"})


def test_a_policy_that_a_rule_uses_is_not_deleted(admin: Client) -> None:
    policy = policy_of({})
    rule = AlertRuleFactory.create(rule_name="cpu", escalation_policy=policy)

    refused = admin.delete(f"{POLICIES}/{policy.pk}")
    assert (refused.status_code, refused.json()["details"]) == (409, {"rules": ["cpu"]})
    AlertRule.objects.filter(pk=rule.pk).update(deleted_at=NOON)

    assert admin.delete(f"{POLICIES}/{policy.pk}").status_code == 204
    assert AlertRule.with_deleted.get().escalation_policy is None


@pytest.mark.parametrize("path", [POLICIES, CONTACTS])
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_what_is_not_there_is_not_found(admin: Client, path: str, method: str) -> None:
    assert getattr(admin, method)(f"{path}/{uuid4()}").status_code == 404


def test_a_contact_is_kept_with_its_addresses(admin: Client) -> None:
    body = {
        "name": "Ana",
        "email": "ana@example.org",
        "phone": "+4915112345678",
        "slack_id": "U1",
        "subject": "login-7",
    }

    made = send(admin, "post", CONTACTS, body)

    assert made.status_code == 201
    found = {"id": made.json()["id"], **body}
    assert made.json() == found
    operator = client_of("operator")
    assert operator.get(CONTACTS).json() == [found]
    assert operator.get(f"{CONTACTS}/{found['id']}").json() == found
    changed = send(admin, "put", f"{CONTACTS}/{found['id']}", {"phone": ""})
    assert changed.json() == {**found, "phone": ""}


@pytest.mark.parametrize("role", ["user", "monitoring"])
def test_addresses_are_not_for_everybody(role: str) -> None:
    contact = ContactFactory.create()

    for path in (CONTACTS, f"{CONTACTS}/{contact.pk}"):
        assert client_of(role).get(path).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Ana"}, "__all__"),
        ({"name": "Ana", "email": "ana"}, "email"),
        ({"name": "Ana", "phone": "0151"}, "phone"),
        ({"email": "ana@example.org"}, "name"),
    ],
)
def test_who_cannot_be_reached_is_no_contact(
    admin: Client, body: dict[str, str], field: str
) -> None:
    answer = send(admin, "post", CONTACTS, body)

    assert (answer.status_code, list(answer.json()["details"])) == (400, [field])
    assert not Contact.objects.exists()


def test_a_contact_that_somebody_counts_on_is_not_deleted(admin: Client) -> None:
    ana = ContactFactory.create()
    rotation = rotation_of(ana, name="Weekly")
    policy = policy_of({"kind": "contact", "contact": ana}, name="Pay")

    refused = admin.delete(f"{CONTACTS}/{ana.pk}")
    assert refused.status_code == 409
    assert refused.json()["details"] == {
        "used_by": ["escalation policy Pay", "on-call rotation Weekly"]
    }
    policy.delete()
    rotation.delete()

    assert admin.delete(f"{CONTACTS}/{ana.pk}").status_code == 204
    assert not Contact.objects.exists()
