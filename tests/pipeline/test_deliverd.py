"""With the broker gone and no worker, `manage.py deliverd` sends what is owed and takes the steps of chains."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts.services import evaluate_rules
from config.demo.mailbox import Mailbox
from config.embedded.ports import LOOPBACK
from tests.pipeline.alerting import BREACH, CPU, add_policy, add_rule, happened
from tests.pipeline.conftest import StartService

pytestmark = pytest.mark.pipeline

ANA = "ana@tickettoken.example"


def test_without_a_broker_mails_arrive_and_chains_go_on(
    start_service: StartService, mailbox: Mailbox, settings: Settings
) -> None:
    settings.SMTP_HOST = LOOPBACK  # this process evaluates, and so must know the channel
    service = start_service(worker=False, NOTIFICATION_SWEEP_INTERVAL="200ms")
    service.broker.kill()
    service.start_deliverd()
    add_rule(service, escalation_policy=add_policy(service, ("Ana", ANA, 1)))

    service.push({"metric_name": CPU, "value": BREACH})
    evaluate_rules(at=timezone.now())
    service.wait_until(lambda: len(mailbox.messages) == 2, "mails of rule and chain", sweep=False)

    by_rule, by_step = mailbox.messages
    assert (by_rule.recipients, by_step.recipients) == ("ops@tickettoken.example", ANA)
    assert by_rule.subject.endswith("(firing)")
    assert by_step.subject.endswith("(not acknowledged, step 1)")
    (alert,) = service.api("GET", "/alerts", role="user")
    assert happened(service, alert) == ["fired", "escalated", "exhausted"]
