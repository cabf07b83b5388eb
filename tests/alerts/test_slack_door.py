"""The door for buttons pressed in Slack: signed, fresh, once; and shut where no secret is set."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from slack_sdk.signature import SignatureVerifier

from alerts.models import ActionUse, Alert, Contact, Event
from tests.alerts.factories import AlertFactory
from tests.monitoring.clients import API

pytestmark = pytest.mark.django_db

SECRET = "signing-secret"
SLACK = f"{API}/slack/actions"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def configured(settings: Settings) -> None:
    settings.SLACK_SIGNING_SECRET = SECRET


def pressed(*alert_ids: UUID, action: str = "acknowledge:0", **changes: Any) -> str:
    """The body that Slack sends when a button is pressed."""
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": "U1", "username": "ana.admin", "name": "ana.admin"},
        "actions": [{"action_id": action, "value": ",".join(map(str, alert_ids))}],
        "response_url": "https://hooks.slack.com/actions/1",
    }
    return urlencode({"payload": json.dumps(payload | changes)})


def from_slack(
    body: str,
    headers: dict[str, str] | None = None,
    *,
    age: timedelta = timedelta(),
    secret: str = SECRET,
) -> Any:
    timestamp = str(int((timezone.now() - age).timestamp()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    signed = {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": str(signature),
        **(headers or {}),
    }
    return Client().generic("POST", SLACK, body, content_type=FORM, headers=signed)


def test_a_button_acknowledges_in_the_name_of_who_pressed_it() -> None:
    alert = AlertFactory.create()

    answer = from_slack(pressed(alert.pk))

    assert (answer.status_code, answer.json()) == (200, {"acted_on": [str(alert.pk)]})
    alert.refresh_from_db()
    assert (alert.acknowledged, alert.acknowledged_by) == (True, "ana.admin")
    assert alert.acknowledged_via == "slack"
    event = Event.objects.get(alert=alert, kind="acknowledged")
    assert (event.actor, event.via) == ("slack:U1", "slack")


def test_a_member_who_is_a_contact_is_named_as_such() -> None:
    Contact.objects.create(name="Ana Admin", slack_id="U1", subject="ana@example.org")
    alert = AlertFactory.create()

    from_slack(pressed(alert.pk))

    alert.refresh_from_db()
    assert alert.acknowledged_by == "Ana Admin"
    assert Event.objects.get(alert=alert, kind="acknowledged").actor == "ana@example.org"


def test_a_button_resolves() -> None:
    alert = AlertFactory.create()

    assert from_slack(pressed(alert.pk, action="resolve:0")).status_code == 200

    alert.refresh_from_db()
    assert (alert.state, alert.resolved_by) == (Alert.State.RESOLVED, "ana.admin")


def test_the_button_of_a_message_of_several_takes_all_that_are_left() -> None:
    first, over, last = (
        AlertFactory.create(),
        AlertFactory.create(state="resolved"),
        AlertFactory.create(),
    )

    answer = from_slack(pressed(first.pk, over.pk, uuid4(), last.pk))

    assert set(answer.json()["acted_on"]) == {str(first.pk), str(last.pk)}
    assert Alert.objects.filter(acknowledged=True).count() == 2


def test_the_same_press_again_is_refused() -> None:
    alert = AlertFactory.create()
    body = pressed(alert.pk)
    timestamp = str(int(timezone.now().timestamp()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    replayed = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": str(signature)}
    first = Client().generic("POST", SLACK, body, content_type=FORM, headers=replayed)
    Alert.objects.update(acknowledged=False, acknowledged_by=None, acknowledged_at=None)

    again = Client().generic("POST", SLACK, body, content_type=FORM, headers=replayed)

    assert (first.status_code, again.status_code, again.json()["code"]) == (200, 409, "CONFLICT")
    assert not Alert.objects.get().acknowledged
    assert ActionUse.objects.count() == 1


@pytest.mark.parametrize(("age", "status"), [(290, 200), (310, 403), (-290, 200), (-310, 403)])
def test_a_press_counts_for_five_minutes(age: int, status: int) -> None:
    alert = AlertFactory.create()

    answer = from_slack(pressed(alert.pk), age=timedelta(seconds=age))

    assert answer.status_code == status
    assert Alert.objects.get().acknowledged is (status == 200)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=ü"},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": "1e400"},
    ],
)
def test_what_slack_did_not_sign_is_refused(headers: dict[str, str]) -> None:
    alert = AlertFactory.create()

    answer = from_slack(pressed(alert.pk), headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert not Alert.objects.get().acknowledged


def test_another_secret_is_refused() -> None:
    assert from_slack(pressed(AlertFactory.create().pk), secret="guessed").status_code == 403


def test_bytes_that_are_no_text_are_refused() -> None:
    headers = {"X-Slack-Request-Timestamp": str(int(timezone.now().timestamp()))}
    headers["X-Slack-Signature"] = "v0=1"

    answer = Client().generic("POST", SLACK, b"\xff\xfe", content_type=FORM, headers=headers)

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        pressed(action="open:acknowledge"),
        pressed(type="view_submission"),
        pressed(action="delete:0"),
    ],
)
def test_what_is_none_of_our_buttons_is_taken_and_does_nothing(body: str) -> None:
    answer = from_slack(body)

    assert (answer.status_code, answer.json()) == (200, {"acted_on": []})


@pytest.mark.parametrize(
    "body",
    [
        "",
        "payload=",
        "payload=[]",
        "payload=7",
        "nothing=here",
        "payload=%7B%22type%22%3A%22block_actions%22%7D",
        urlencode({"payload": json.dumps({"type": "block_actions", "actions": []})}),
        urlencode({"payload": json.dumps({"type": "block_actions", "actions": ["x"]})}),
        pressed(user=None),
        pressed(user="ana"),
        pressed(actions=[{"action_id": "acknowledge:0", "value": "not-an-id"}]),
        pressed(actions=[{"action_id": "acknowledge:0"}]),
    ],
)
def test_a_signed_body_that_says_nothing_is_named_as_such(body: str) -> None:
    answer = from_slack(body)

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


def test_a_body_without_end_is_refused() -> None:
    assert from_slack("payload=" + "x" * 300_000).status_code == 413


def test_without_a_secret_there_is_no_door(settings: Settings) -> None:
    settings.SLACK_SIGNING_SECRET = ""

    answer = from_slack(pressed(AlertFactory.create().pk))

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert not Alert.objects.get().acknowledged
