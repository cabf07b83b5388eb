"""kill -9 of the broker while alerts fire: every mail arrives, each of them once."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Notification
from alerts.models.notification import Status
from alerts.services import evaluate_rules
from config.demo.mailbox import Mailbox
from tests.alerts.factories import AlertRuleFactory
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline

EACH_TIME = 20


def breach(service: Service, first: int) -> None:
    """Push breaching samples of so many series, the first of that number."""
    names = [f"host-{number}" for number in range(first, first + EACH_TIME)]
    sample = {"metric_name": "system_cpu_usage_percent", "value": 97.5}
    service.push(*({**sample, "labels": {"host": name}} for name in names))


def test_no_alert_is_lost_while_the_broker_dies_and_comes_back(
    start_service: StartService, mailbox: Mailbox, settings: Settings
) -> None:
    settings.SMTP_HOST = "127.0.0.1"  # this process evaluates, and so must know the channel
    AlertRuleFactory.create(severity="critical", notification_channels=["email"])
    service = start_service(EMAIL_PER_MINUTE="0")  # no budget: each alert is a mail of its own

    breach(service, 0)
    service.send("alerts.evaluate_rules")
    service.wait_until(lambda: mailbox.attempts, "the first mail", sweep=False)
    service.broker.kill()
    breach(service, EACH_TIME)
    evaluate_rules(at=timezone.now())
    assert Notification.objects.count() == 2 * EACH_TIME
    service.broker.start()
    breach(service, 2 * EACH_TIME)
    evaluate_rules(at=timezone.now())

    def all_sent() -> bool:
        service.keep_worker_alive()
        return Notification.objects.filter(status=Status.SENT).count() == 3 * EACH_TIME

    service.wait_until(all_sent, "every notification is sent")

    assert Notification.objects.count() == 3 * EACH_TIME
    told = [mail.message_id for mail in mailbox.messages]
    assert sorted(told) == sorted(Notification.objects.values_list("provider_ref", flat=True))
