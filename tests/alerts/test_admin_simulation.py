"""The page of a rule that shows what would be sent to whom."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import Settings

from alerts.models import AlertRule, Notification
from tests.alerts.factories import AlertFactory, AlertRuleFactory

pytestmark = pytest.mark.django_db

NOBODYS_ID = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def rule(mail: None) -> AlertRule:
    made: AlertRule = AlertRuleFactory.create(
        rule_name="hot", notification_channels=["email", "sms", "pagerduty"]
    )
    return made


def url(rule: AlertRule, query: str = "") -> str:
    return f"/admin/alerts/alertrule/{rule.pk}/simulate/{query}"


def page_of(answer: Any) -> str:
    assert answer.status_code == 200
    text: str = answer.content.decode()
    main = text.partition("<main")[2]
    assert "<iframe" not in main
    assert ' style="' not in main.replace("&quot;", "'")
    return text


def test_each_channel_shows_what_it_would_send(ana: Client, rule: AlertRule) -> None:
    AlertFactory.create(rule=rule, title="High <CPU>")

    page = page_of(ana.get(url(rule)))

    assert "It shows what a past alert of the rule would set in motion" in page
    assert "To ops@tickettoken.example" in page
    assert "[warning] High &lt;CPU&gt;: payment-service (firing)" in page
    assert "&lt;html" in page
    assert "High <CPU>" not in page
    assert "&quot;event_action&quot;: &quot;trigger&quot;" in page
    assert not Notification.objects.exists()


def test_the_route_says_why(ana: Client, rule: AlertRule) -> None:
    page = page_of(ana.get(url(rule)))

    assert "<li>email: at once.</li>" in page
    assert "<li>No escalation policy: nobody else is told.</li>" in page
    assert "It cannot be used: " in page
    assert "TWILIO_ACCOUNT_SID" in page


def test_a_rule_that_never_fired_is_shown_by_an_example(ana: Client, rule: AlertRule) -> None:
    page = page_of(ana.get(url(rule)))

    assert "The rule has never fired: an example stands in for an alert." in page
    assert "example-service" in page


def test_another_alert_of_the_rule_can_be_chosen(ana: Client, rule: AlertRule) -> None:
    old = AlertFactory.create(rule=rule, title="Old", fingerprint="1", state="resolved")
    AlertFactory.create(rule=rule, state="pending", fingerprint="2", title="Waiting")

    page = page_of(ana.get(url(rule, f"?alert={old.pk}")))

    assert f'<a href="?alert={old.pk}" aria-current="page">' in page
    assert page.count("?alert=") == 1
    assert "Old: payment-service" in page


@pytest.mark.parametrize("query", [f"?alert={NOBODYS_ID}", "?alert=x"])
def test_an_alert_that_is_not_there_is_not_found(ana: Client, rule: AlertRule, query: str) -> None:
    assert ana.get(url(rule, query)).status_code == 404


def test_a_rule_without_channels_has_no_message(ana: Client) -> None:
    page = page_of(ana.get(url(AlertRuleFactory.create())))

    assert "The rule names no channel, so there is no message to show." in page


def test_a_broken_template_is_named(
    ana: Client, rule: AlertRule, settings: Settings, tmp_path: Any
) -> None:
    broken = tmp_path / "email"
    broken.mkdir()
    (broken / "alert.html").write_text("{% nonsense %}")
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    ]

    assert "email/alert.html: TemplateSyntaxError" in page_of(ana.get(url(rule)))


def test_a_rule_that_is_not_there_is_not_found(ana: Client) -> None:
    assert ana.get(url(AlertRule())).status_code == 404


@pytest.mark.parametrize(
    ("permission", "status"), [("change_alertrule", 200), ("view_alertrule", 403)]
)
def test_who_may_change_rules_sees_it(
    client: Client, rule: AlertRule, permission: str, status: int
) -> None:
    user = User.objects.create_user("vera", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename=permission))
    client.force_login(user)

    assert client.get(url(rule)).status_code == status
