"""The main road: a pushed sample breaches a rule, and a person reads about it."""

import pytest

from config.demo.mail import Mail
from config.demo.mailbox import Mailbox
from tests.alerts.factories import AlertRuleFactory
from tests.pipeline.conftest import StartService

pytestmark = pytest.mark.pipeline


def test_a_breaching_sample_becomes_a_firing_alert_and_a_mail_and_its_end_another(
    start_service: StartService, mailbox: Mailbox
) -> None:
    AlertRuleFactory.create(
        rule_name="high_cpu", severity="critical", notification_channels=["email"]
    )
    service = start_service()

    def mail_that_says(state: str) -> Mail | None:
        return next((mail for mail in mailbox.messages if f"({state})" in mail.subject), None)

    service.push({"metric_name": "system_cpu_usage_percent", "value": 97.5})
    service.send("alerts.evaluate_rules")
    firing = service.wait_until(lambda: mail_that_says("firing"), "a mail that it fires")

    (alert,) = service.api("GET", "/alerts", role="user")
    assert (alert["state"], alert["severity"], alert["value"]) == ("firing", "critical", 97.5)
    assert firing.subject.startswith("[critical] ")
    assert "payment-service" in firing.subject
    assert firing.recipients == "ops@tickettoken.example"
    assert "97.5 % (alerts when > 80 %)" in firing.text
    assert "97.5 % (alerts when &gt; 80 %)" in firing.html
    assert alert["id"] in firing.text

    service.push({"metric_name": "system_cpu_usage_percent", "value": 12.0})
    service.send("alerts.evaluate_rules")
    resolved = service.wait_until(lambda: mail_that_says("resolved"), "a mail that it is over")

    assert service.api("GET", "/alerts", role="user") == []
    assert "12 % (alerts when > 80 %)" in resolved.text
    assert resolved.header("References") == firing.header("References")
    assert resolved.message_id != firing.message_id
    assert len(mailbox.messages) == 2
