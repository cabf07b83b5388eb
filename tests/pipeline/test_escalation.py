"""Nobody acknowledges, so the chain tells one after another, until the link in a mail is pressed."""

from typing import Any

import pytest
import requests

from config.demo.mailbox import Mailbox
from tests.pipeline.alerting import BREACH, add_policy, add_rule, evaluate, firing, link_in, told
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline

ANA, BO = "ana@tickettoken.example", "bo@tickettoken.example"


def test_a_chain_goes_on_until_the_link_in_a_mail_is_pressed_and_that_works_once(
    start_service: StartService, mailbox: Mailbox
) -> None:
    """Two alerts take the same chain at the same instants: the one that nobody takes shows that the sweeps ran."""
    service = start_service()
    service.periodic.append("alerts.escalate")
    chain = add_policy(service, ("Ana", ANA, 1), ("Bo", BO, 3), ("Bo", BO, 1))
    add_rule(service, escalation_policy=chain)
    evaluate(service, BREACH, "taken", "left")
    alerts = firing(service, 2)
    taken, left = alerts["taken"], alerts["left"]

    service.wait_until(
        lambda: len(told(mailbox, taken)) == len(told(mailbox, left)) == 2,
        "mails of the rule and of the first step",
    )
    by_rule, by_step = told(mailbox, taken)
    link = link_in(by_step)
    answers = [requests.request(method, link, timeout=10) for method in ("GET", "POST", "POST")]
    service.wait_until(lambda: len(told(mailbox, left)) == 4, "two more steps where nobody came")

    assert (by_rule.recipients, by_step.recipients) == ("ops@tickettoken.example", ANA)
    assert by_step.subject.endswith("(not acknowledged, step 1)")
    assert [answer.status_code for answer in answers] == [200, 200, 409]
    assert [mail.recipients for mail in told(mailbox, left)[2:]] == [BO, BO]
    assert len(told(mailbox, taken)) == 2
    shown = service.api("GET", f"/alerts/{taken['id']}", role="user")
    assert (shown["acknowledged_by"], shown["acknowledged_via"]) == ("Ana", "link")
    assert (shown["escalation"]["steps_taken"], shown["escalation"]["next_step_at"]) == (1, None)
    assert course(service, taken) == [
        ("fired", "", ""),
        ("message_sent", "", "email"),
        ("escalated", "", ""),
        ("message_sent", "", "email"),
        ("acknowledged", "Ana", "link"),
    ]


def course(service: Service, alert: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Open an incident of the alert and return what its timeline says of the alert: what, who and by which door."""
    body = {"alerts": [alert["id"]]}
    incident = service.api("POST", "/incidents", role="admin", json=body)
    timeline = service.api("GET", f"/incidents/{incident['id']}/timeline", role="user")
    return [
        (line["kind"], line["actor"], line["via"])
        for line in timeline["lines"]
        if line["at"] < incident_opened(timeline)
    ]


def incident_opened(timeline: dict[str, Any]) -> str:
    """Return when the incident was opened."""
    (opened,) = (line["at"] for line in timeline["lines"] if line["kind"] == "opened")
    return str(opened)
