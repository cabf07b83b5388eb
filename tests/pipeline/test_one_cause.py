"""Many alerts and one mail: those of a group, and those that something else has caused."""

from typing import Any

import pytest

from config.demo.mailbox import Mailbox
from tests.pipeline.alerting import BREACH, add_rule, evaluate, firing
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline

HOSTS = tuple(f"host-{number}" for number in range(5))


def held(service: Service) -> dict[str, Any]:
    """Return what is held back now."""
    listed: dict[str, Any] = service.api("GET", "/alerts/hidden", role="user")
    return listed


def test_five_series_that_breach_at_once_are_one_mail_that_names_all(
    start_service: StartService, mailbox: Mailbox
) -> None:
    service = start_service(ALERT_GROUP_WAIT="1s")
    add_rule(service)

    evaluate(service, BREACH, *HOSTS)
    service.wait_until(
        lambda: len(service.api("GET", "/notifications?status=sent", role="operator")) == 5,
        "all five are accounted for",
    )

    (mail,) = mailbox.messages
    assert mail.subject.startswith("[critical] ")
    assert "5 firing" in mail.subject
    assert all(host in mail.text for host in HOSTS)
    rows = service.api("GET", "/notifications", role="operator")
    (leader,) = (row["id"] for row in rows if row["carried_by"] is None)
    assert [row["carried_by"] for row in rows].count(leader) == 4


def test_what_a_cause_brings_about_is_hidden_and_told_together_once_the_cause_is_over(
    start_service: StartService, mailbox: Mailbox
) -> None:
    service = start_service(ALERT_GROUP_WAIT="1s")
    service.periodic.append("alerts.review_held")
    edge = {"dependent": "payment-service", "upstream": "auth-service"}
    service.api("POST", "/alerts/dependencies", role="admin", json=edge)
    add_rule(service)
    add_rule(service, rule_name="auth_stuck", metric_name="queue_depth", is_cause=True)
    auth = {"metric_name": "queue_depth", "service_name": "auth-service"}

    evaluate(service, BREACH, "auth-1", **auth)
    cause = firing(service, 1)["auth-1"]
    service.wait_until(lambda: mailbox.messages, "a mail about the cause")
    evaluate(service, BREACH, *HOSTS)
    hidden = service.wait_until(
        lambda: listed if (listed := held(service))["total"] == 5 else None, "five are hidden"
    )
    mails_while_hidden = len(mailbox.messages)
    evaluate(service, 0.0, "auth-1", **auth)
    service.wait_until(lambda: len(mailbox.messages) == 3, "the end of the cause, and the five")

    assert hidden["by_reason"] == {"silence": 0, "window": 0, "inhibition": 5}
    assert {each["id"] for each in hidden["hidden"]} == {cause["id"]}
    assert {each["alert"]["labels"]["host"] for each in hidden["hidden"]} == set(HOSTS)
    assert mails_while_hidden == 1
    subjects = [mail.subject for mail in mailbox.messages]
    assert sorted("auth-service" in subject for subject in subjects) == [False, True, True]
    (mail,) = (each for each in mailbox.messages if "5 firing" in each.subject)
    assert all(host in mail.text for host in HOSTS)
    assert held(service)["total"] == 0
