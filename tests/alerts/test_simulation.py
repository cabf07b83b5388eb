"""What an alert would set in motion is shown, and nothing is sent or owed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from alerts.models import (
    AlertRule,
    ChannelState,
    EscalationPolicy,
    EscalationStep,
    Notification,
    Silence,
)
from tests.alerts.factories import AlertFactory, AlertRuleFactory
from tests.tokens import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(settings: Settings) -> APIClient:
    settings.SMTP_HOST = "127.0.0.1"
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=bearer("operator")["Authorization"])
    return client


def simulate(client: APIClient, rule: AlertRule, **body: Any) -> Any:
    url = f"/api/v1/monitoring/alerts/rules/{rule.pk}/simulate"
    return client.post(url, body, format="json")


def test_a_real_alert_is_shown_as_each_channel_would_tell_it(client: APIClient) -> None:
    rule = AlertRuleFactory.create(notification_channels=["email", "sms"])
    alert = AlertFactory.create(rule=rule, title="High CPU Usage")

    answer = simulate(client, rule)

    assert answer.status_code == 200
    assert answer.data["alert_id"] == str(alert.pk)
    mail, sms = answer.data["messages"]
    assert (mail["channel"], mail["usable"], mail["recipients"]) == (
        "email",
        True,
        ["ops@tickettoken.example"],
    )
    assert "High CPU Usage" in str(mail["parts"])
    assert (sms["channel"], sms["usable"]) == ("sms", False)
    assert "TWILIO_ACCOUNT_SID" in sms["problem"]
    assert not Notification.objects.exists()


def test_a_rule_that_never_fired_is_shown_by_an_example(client: APIClient) -> None:
    rule = AlertRuleFactory.create(notification_channels=["email"])

    answer = simulate(client, rule)

    assert answer.data["alert_id"] is None
    assert "example-service" in str(answer.data["messages"][0]["parts"])


def test_an_alert_of_another_rule_is_refused(client: APIClient) -> None:
    alert = AlertFactory.create()

    answer = simulate(client, AlertRuleFactory.create(), alert_id=str(alert.pk))

    assert (answer.status_code, answer.data["code"]) == (404, "ALERT_NOT_FOUND")


def test_a_rule_that_is_not_there_is_not_found(client: APIClient) -> None:
    answer = simulate(client, AlertRule())

    assert (answer.status_code, answer.data["code"]) == (404, "RULE_NOT_FOUND")


def test_the_route_says_what_happens_and_why(client: APIClient, settings: Settings) -> None:
    settings.NOTIFY_MODE = "both"
    settings.ALERT_GROUP_WAIT = timedelta(seconds=30)
    now = timezone.now()
    policy = EscalationPolicy.objects.create(name="payments", repeats=1)
    EscalationStep.objects.create(
        policy=policy, position=1, wait_seconds=300, kind="channel", channel="email"
    )
    rule = AlertRuleFactory.create(
        enabled=False,
        duration=120,
        notification_channels=["email", "sms"],
        escalation_policy=policy,
    )
    AlertFactory.create(rule=rule, service="payment-service")
    Silence.objects.create(
        matchers=[{"label": "service_name", "op": "=", "value": "payment-service"}],
        starts_at=now - timedelta(minutes=1),
        ends_at=now + timedelta(hours=1),
        owner="ana",
        reason="deploy",
    )

    route = simulate(client, rule).data["route"]

    assert route[0] == "The rule is switched off: nothing fires."
    assert route[1] == "It fires once the breach has lasted 2 min."
    assert "held back" in route[2]
    assert "deploy" in route[2]
    assert route[3] == "email: after 30 s, together with its group."
    assert route[4].startswith("sms: not configured")
    assert route[4].endswith("email would stand in.")
    assert "alerts-stream" in route[5]
    assert route[6] == "Escalation: After 5 min, tell everybody on email."
    assert route[7] == "Escalation: Then over again, once."


def test_a_paused_channel_says_until_when(client: APIClient) -> None:
    rule = AlertRuleFactory.create(notification_channels=["email"])
    until = timezone.now() + timedelta(minutes=5)
    ChannelState.objects.create(channel="email", paused_until=until, pause_reason="429")

    (line, _) = simulate(client, rule).data["route"]

    assert line == f"email: paused until {until:%H:%M:%S} UTC (429)."


def test_a_rule_without_channels_tells_nobody(client: APIClient) -> None:
    route = simulate(client, AlertRuleFactory.create()).data["route"]

    assert route[0] == "The rule names no channel: nobody is told."
