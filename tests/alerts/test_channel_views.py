"""How channels stand, and tests of them, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.channel_states import standings
from alerts.channels import registry
from alerts.channels.base import DeliveryError
from alerts.models import ChannelState, Notification
from tests.alerts.channels.provider import reply
from tests.alerts.channels.sending_http import ROUTING_KEY, TAKEN, TOKEN, provider, set_up
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.factories import NOON, NotificationFactory
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

CHANNELS = f"{API}/alerts/channels"


@pytest.fixture
def operator() -> Client:
    return client_of("operator", userId="olga")


def send_test(client: Client, name: str) -> Any:
    return client.post(f"{CHANNELS}/{name}/test", {}, content_type="application/json")


def test_channels_are_listed_with_what_they_lack(settings: Settings) -> None:
    set_up(settings)
    settings.SLACK_TOKEN, settings.ALERT_WEBHOOK_URL = "", ""

    listed = {each["name"]: each for each in client_of("user").get(CHANNELS).json()}

    assert sorted(listed) == ["email", "pagerduty", "slack", "sms", "stream", "webhook"]
    assert (listed["slack"]["state"], listed["slack"]["missing"]) == ("disabled", ["SLACK_TOKEN"])
    assert listed["pagerduty"] == {
        "name": "pagerduty",
        "state": "ready",
        "missing": [],
        "bundles": False,
        "follows": True,
        "per_minute": 0,
        "recipients": 1,
        "owed": 0,
        "last_sent_at": None,
        "paused_until": None,
        "pause_reason": "",
    }


def test_the_list_holds_no_secret_and_no_address(settings: Settings) -> None:
    set_up(settings)
    settings.ALERT_WEBHOOK_URL = "https://hooks.example.org/very-secret-path"

    text = client_of("user").get(CHANNELS).content.decode()

    assert not any(hidden in text for hidden in (TOKEN, ROUTING_KEY, "very-secret-path", "+4915"))


def test_what_waits_what_was_sent_and_what_is_paused_is_said(
    settings: Settings, email: FakeChannel
) -> None:
    now = timezone.now()
    settings.CHANNEL_BUDGETS = {"email": 30}
    ChannelState.objects.create(
        channel="email", paused_until=now + timedelta(seconds=60), pause_reason="HTTP 429"
    )
    ChannelState.objects.create(channel="sms", paused_until=now - timedelta(seconds=1))
    sent = {"status": "sent", "sent_at": now, "settled_at": now}
    NotificationFactory.create(**sent)
    NotificationFactory.create(
        status="sent", sent_at=NOON, settled_at=now - timedelta(days=31), channel="sms"
    )
    NotificationFactory.create_batch(2)
    NotificationFactory.create(status="failed")

    found = {each.name: each for each in standings(at=now)}

    told = found["email"]
    assert (told.state, told.pause_reason, told.owed, told.per_minute) == (
        "paused",
        "HTTP 429",
        2,
        30,
    )
    assert told.last_sent_at == now
    assert found["sms"].paused_until is None
    assert found["sms"].last_sent_at is None


def test_the_list_costs_the_same_whatever_was_sent(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    NotificationFactory.create_batch(10)

    with django_assert_max_num_queries(2 + len(registry.CHANNELS)):
        standings(at=NOON)


def test_a_test_is_sent_to_the_first_recipient_and_answers_its_receipt(
    operator: Client, email: FakeChannel
) -> None:
    answer = operator.post(f"{CHANNELS}/email/test", {}, content_type="application/json")

    assert (answer.status_code, answer.json()) == (
        200,
        {
            "channel": "email",
            "recipient": "ana@example.org",
            "reference": "<ref>",
            "reply": "250 OK",
        },
    )
    (sent,) = email.sent
    assert (sent.kind, sent.recipient, sent.notification_id) == ("test", "ana@example.org", 0)
    assert sent.content.description == "Asked for by olga."
    assert not Notification.objects.exists()


def test_one_of_the_recipients_may_be_named(operator: Client, email: FakeChannel) -> None:
    answer = operator.post(
        f"{CHANNELS}/email/test", {"recipient": "bo@example.org"}, content_type="application/json"
    )

    assert answer.json()["recipient"] == "bo@example.org"
    assert [sent.recipient for sent in email.sent] == ["bo@example.org"]


def test_nobody_else_may_be_written_to(operator: Client, email: FakeChannel) -> None:
    answer = operator.post(
        f"{CHANNELS}/email/test", {"recipient": "all@example.org"}, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert email.sent == []


def test_two_tests_are_two_messages(operator: Client, email: FakeChannel) -> None:
    for _ in range(2):
        send_test(operator, "email")

    first, second = email.sent
    assert first.dedup_key != second.dedup_key
    assert first.alert_id != second.alert_id


def test_a_refusal_is_answered_with_its_reason(operator: Client, email: FakeChannel) -> None:
    email.plan.append(DeliveryError("SMTP 550 no such user", permanent=True))

    answer = send_test(operator, "email")

    body = answer.json()
    assert (answer.status_code, body["code"]) == (502, "CHANNEL_FAILED")
    assert "SMTP 550 no such user" in body["error"]
    assert body["details"] == {"permanent": True, "in_doubt": False, "retry_after_seconds": None}


def test_a_fault_in_a_channel_is_named_and_not_told(operator: Client, email: FakeChannel) -> None:
    email.plan.append(RuntimeError("a secret"))

    answer = send_test(operator, "email")

    assert answer.status_code == 502
    assert "RuntimeError" in answer.json()["error"]
    assert "a secret" not in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "status", "code"), [("pigeon", 404, "NOT_FOUND"), ("email", 409, "CONFLICT")]
)
def test_a_channel_that_cannot_send_is_said_to_be(
    operator: Client, email: FakeChannel, name: str, status: int, code: str
) -> None:
    email.lacks = ["SMTP_HOST"]

    answer = send_test(operator, name)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("name", ["slack", "sms", "pagerduty"])
def test_a_test_goes_all_the_way_to_the_provider(
    settings: Settings, operator: Client, name: str
) -> None:
    answers: dict[str, bytes] = {}

    def to_any_event(connection: Any, over: Any) -> None:
        connection.sendall(answers[name])

    with provider(settings, to_any_event) as played:
        answers |= TAKEN
        if name == "pagerduty":  # it names the event, whose key is new with each test
            answers[name] = reply("400 Bad Request", {"message": "not this time"})
        answer = send_test(operator, name)

    assert played.asked
    assert answer.status_code == (502 if name == "pagerduty" else 200)
    assert "test" in played.asked[0].body.decode().lower()


def test_a_url_is_shown_by_its_host_only(settings: Settings, operator: Client) -> None:
    with provider(settings, reply("204 No Content")) as played:
        settings.ALERT_WEBHOOK_URL = settings.TWILIO_API_URL + "/secret-path"
        answer = send_test(operator, "webhook")

    assert answer.json()["recipient"] == "http://127.0.0.1/..."
    assert played.asked[0].path == "/secret-path"


@pytest.mark.parametrize(("role", "status"), [("user", 403), ("monitoring", 403), ("admin", 200)])
def test_who_may_test(email: FakeChannel, role: str, status: int) -> None:
    assert send_test(client_of(role), "email").status_code == status
